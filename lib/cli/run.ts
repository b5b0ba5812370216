// `holdfast run`: becomes the native front, which takes the same options. Nothing of Node is left then.

import { guardPath } from '../native/guard-path.js';
import { binding } from '../native/load-binding.js';

export function run(args: readonly string[]): void {
  const guard = guardPath();
  const env = Object.entries(process.env).map(([name, value = '']) => `${name}=${value}`);
  binding().execve(guard, [guard, 'run', ...args], env);
}
