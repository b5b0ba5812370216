// Whatever a program has done to Object.prototype is no option: Node reads options without it, and so do we.

/** A copy with the object's own properties and no prototype. */
export function ownProperties<Options extends object>(options: Options): Options {
  return Object.assign(Object.create(null) as Options, options);
}
