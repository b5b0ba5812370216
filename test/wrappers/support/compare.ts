// What holdfast may change of a program's end: nothing, but that somebody is left.

import { expect } from 'chai';

import type { Story } from './attempt.js';

/**
 * Where the control was sent something, the same and the same end. Where it lives on, somebody else has to end the
 * program: at most one signal, and then its clean end.
 */
export function expectAsUncontained(contained: Story, control: Story): void {
  if (control.end !== 'lives') {
    expect(contained, 'compared with the uncontained control').to.deep.equal(control);
    return;
  }
  expect(contained.signals, 'the control was sent no signal').to.have.length.at.most(1);
  expect(contained.end, 'after one signal, or none').to.equal(contained.signals.length === 1 ? 'saved' : 'ended');
}
