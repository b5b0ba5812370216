// What the commands print is marked with [OK], [WARNING], [CRITICAL] or [ERROR] and nothing else, in ASCII: every
// literal of lib and native.

import { config, expect } from 'chai';
import * as ts from 'typescript';

import { sourceFiles, type SourceFile } from './support/source-files.js';

config.truncateThreshold = 0; // the places are the message

const MARKERS = ['OK', 'WARNING', 'CRITICAL', 'ERROR'];
const MARKER = /\[([A-Z][A-Z ]*)\]/g;
const LEVELS = /^(?:level|mark|marker|loglevel)$/i;
/** But for the mark of the byte order, which files of Windows begin with. */
const BEYOND_ASCII = /[^\x00-\x7e\ufeff]/;

const ESCAPED_BEYOND_ASCII = /\\(?:x[89a-f][0-9a-f]|u)/i;

type Found = readonly [line: number, words: string];

function strangeMarkers(text: string): string[] {
  return [...text.matchAll(MARKER)].map(([, word = '']) => word).filter((word) => !MARKERS.includes(word));
}

function strangeIn({ path, text }: Pick<SourceFile, 'path' | 'text'>): string[] {
  const found = path.endsWith('.ts') || path.endsWith('.mts') ? strangeInTypescript(text) : strangeInCpp(text);
  return found.map(([line, words]) => `${path}:${line}: ${words}`);
}

function strangeInTypescript(text: string): Found[] {
  const source = ts.createSourceFile('file.ts', text, ts.ScriptTarget.Latest, true);
  const found: Found[] = [];
  const note = (node: ts.Node, words: readonly string[]): void => {
    const line = source.getLineAndCharacterOfPosition(node.getStart()).line + 1;
    found.push(...words.map((word): Found => [line, word]));
  };
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node) || isTemplatePart(node)) {
      note(node, strangeMarkers(node.text));
      if (BEYOND_ASCII.test(node.text)) note(node, [node.getText()]);
    }
    if (ts.isTemplateExpression(node)) {
      const spans = node.templateSpans;
      note(node, spans.flatMap((span, at) => strangeLevels(spans[at - 1]?.literal ?? node.head, span)));
    }
    if (namesLevel(node)) note(node, strangeWords(node));
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

type TemplatePart = ts.TemplateHead | ts.TemplateMiddle | ts.TemplateTail;

function isTemplatePart(node: ts.Node): node is TemplatePart {
  return ts.isTemplateHead(node) || ts.isTemplateMiddle(node) || ts.isTemplateTail(node);
}

/** Of `[${...}]`: the words that the expression may stand for. */
function strangeLevels(before: TemplatePart, span: ts.TemplateSpan): string[] {
  return before.text.endsWith('[') && span.literal.text.startsWith(']') ? strangeWords(span.expression) : [];
}

function namesLevel(node: ts.Node): boolean {
  const isProperty = ts.isPropertyAssignment(node) || ts.isPropertySignature(node);
  const isNaming = isProperty || ts.isVariableDeclaration(node) || ts.isTypeAliasDeclaration(node);
  return isNaming && LEVELS.test(node.name.getText());
}

function strangeWords(node: ts.Node): string[] {
  const own = ts.isStringLiteralLike(node) && /^[A-Z]+$/.test(node.text) && !MARKERS.includes(node.text) ? [node.text] : [];
  const below: string[] = [];
  ts.forEachChild(node, (child) => void below.push(...strangeWords(child)));
  return [...own, ...below];
}

/** An escape of a byte or character beyond ASCII is as strange as the character. */
function strangeInCpp(text: string): Found[] {
  return text.split('\n').flatMap((line, at) => {
    const literals = [...line.replace(/^\s*\/\/.*/, '').matchAll(/"(?:[^"\\]|\\.)*"/g)].map(([literal]) => literal);
    const strange = literals.flatMap((literal) => [...strangeMarkers(literal), ...(ESCAPED_BEYOND_ASCII.test(literal.replaceAll('\\\\', '')) ? [literal] : [])]);
    return strange.map((words): Found => [at + 1, words]);
  });
}

describe('the markers', () => {
  it('are four', () => {
    const files = [...sourceFiles('lib', /\.m?ts$/), ...sourceFiles('native', /\.(cc|h)$/)];

    expect(files.flatMap(strangeIn)).to.deep.equal([]);
  });

  for (const line of [
    "print(['[NOTE] something']);",
    'print([`[INFO] ${name}`]);',
    'print([`${name} [DRY RUN]`]);',
    "print([`[${fine ? 'OK' : 'NOTE'}] something`]);",
    "tell({ level: 'DEBUG', text });",
    "type LogLevel = 'OK' | 'NOTE';",
    "const mark = fine ? 'OK' : 'FATAL';",
    "print(['done \\u2713']);",
  ]) {
    it(`would not be, by ${line}`, () => {
      expect(strangeIn({ path: 'lib/x.ts', text: line })).to.have.length(1);
    });
  }

  it('would not be, by a literal of C++', () => {
    expect(strangeIn({ path: 'native/x.cc', text: 'std::puts("[NOTE] something");' })).to.deep.equal(['native/x.cc:1: NOTE']);
  });

  it('may be these, and what stands for an argument', () => {
    const text = "print([`[${level}] ${words}`, '[CRITICAL] [options] [ID|LABEL]', `[${fine ? 'OK' : 'ERROR'}] x`]);";

    expect(strangeIn({ path: 'lib/x.ts', text })).to.deep.equal([]);
  });
});
