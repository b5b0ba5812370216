// Medians, 95th percentiles and ratios, and the table that shows them.

export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((left, right) => left - right);
  const index = Math.min(sorted.length - 1, Math.floor(share * sorted.length));
  return sorted[index] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

export interface Row {
  readonly name: string;
  readonly values: readonly number[];
}

/** One line for each row; ratios are to the median of the first row that was measured. */
export function printTable(title: string, unit: string, rows: readonly Row[]): void {
  const base = median(rows.find(({ values }) => values.length > 0)?.values ?? []);
  console.log(`\n### ${title}\n`);
  console.log(`| | median ${unit} | p95 ${unit} | ratio | runs |`);
  console.log('| --- | --- | --- | --- | --- |');
  for (const { name, values } of rows.filter((row) => row.values.length > 0)) {
    const ratio = (median(values) / base).toFixed(2);
    const cells = [name, shown(median(values)), shown(quantile(values, 0.95)), ratio, String(values.length)];
    console.log(`| ${cells.join(' | ')} |`);
  }
}

export function shown(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toFixed(value >= 10 ? 1 : 2);
}

const verdicts: { promise: string; measured: string; holds: boolean }[] = [];

/** Notes a promise of the project and whether this run kept it. */
export function promise(text: string, measured: number, limit: number, unit: string): void {
  verdicts.push({ promise: `${text}: at most ${limit}${unit}`, measured: `${shown(measured)}${unit}`, holds: measured <= limit });
}

export function printPromises(): void {
  if (verdicts.length === 0) return;
  console.log('\n### Promises\n\n| promise | measured | |\n| --- | --- | --- |');
  for (const { promise: text, measured, holds } of verdicts) {
    console.log(`| ${text} | ${measured} | ${holds ? 'holds' : 'MISSED'} |`);
  }
}
