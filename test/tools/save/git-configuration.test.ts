// What is read of git's configuration, in each of the ways in which it may be written (git-config(1), SYNTAX).

import { expect } from 'chai';

import { parseSettings } from '#lib/tools/git/configuration.js';

describe('the configuration of git', () => {
  const CASES: readonly (readonly [what: string, text: string, key: string, value: string | undefined])[] = [
    ['a plain value', '[core]\n\teol = lf\n', 'core.eol', 'lf'],
    ['names in any case', '[CORE]\nAutoCRLF=input', 'core.autocrlf', 'input'],
    ['a subsection as it stands', '[branch "A\\"b\\\\"]\nremote = x', 'branch.A"b\\.remote', 'x'],
    ['a subsection of old', '[branch.Main]\nremote = x', 'branch.main.remote', 'x'],
    ['a name in the line of its section', '[core] eol = lf', 'core.eol', 'lf'],
    ['a name without a value', '[core]\nbare\n', 'core.bare', 'true'],
    ['quotes, escapes and comments', '[a]\nb = "x # \\t" y # z\n', 'a.b', 'x # \t y'],
    ['blanks that quotes keep', '[a]\nb = " x "  \n', 'a.b', ' x '],
    ['a line that goes on', '[a]\nb = x\\\n  y\n', 'a.b', 'x  y'],
    ['ends of line of Windows', '[a]\r\nb = x\r\n', 'a.b', 'x'],
    ['the last value', '[a]\nb = x\nb = y\n', 'a.b', 'y'],
    ['no name outside of a section', 'b = x\n', '.b', undefined],
    ['no comment', '[a]\n# b = x\n; b = y\n', 'a.b', undefined],
    ['what comes after nonsense', '[a\n%%%\n[a]\nb = x\n', 'a.b', 'x'],
  ];
  for (const [what, text, key, value] of CASES) {
    it(`is read with ${what}`, () => {
      expect(parseSettings(text).filter((setting) => setting.key === key).at(-1)?.value).to.equal(value);
    });
  }
});
