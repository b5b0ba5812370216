// How a command that has failed tells so, and the exit code that goes with it.

import { printable } from '../printable.js';
import { BudgetSpent, tellIfBudgetSpent } from '../tools/budget.js';
import { endDespiteHungCalls } from '../tools/deadline.js';
import { ToolFailure } from '../tools/failure.js';
import { EXIT_CONTAINMENT_FAILED, Misuse, misuse } from './exit-codes.js';

export function refuse(problem: string): never {
  throw new Misuse(problem);
}

export function tellFailure(error: unknown): void {
  if (error instanceof Misuse) return misuse(error.message);
  if (error instanceof BudgetSpent) return tellIfBudgetSpent();
  if (error instanceof ToolFailure) return tellToolFailure(error);
  console.error(`holdfast: ${printable(error instanceof Error ? error.message : String(error))}`);
  process.exitCode = EXIT_CONTAINMENT_FAILED;
}

function tellToolFailure({ message, exitCode }: ToolFailure): void {
  for (const line of message.split('\n')) console.error(`holdfast: ${printable(line)}`);
  process.exitCode = exitCode;
  endDespiteHungCalls();
}
