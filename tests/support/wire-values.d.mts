import type { Schema } from '@colloquy/protocol';

type Node = Schema<unknown>['node'];

export interface Random {
  below: (count: number) => number;
  chance: (share: number) => boolean;
  of: <T>(list: readonly T[]) => T;
}

export function random(seed: number): Random;
export function anyJson(r: Random, depth?: number): unknown;
export function wireValue(node: Node, r: Random, options?: { extras?: number }): unknown;
export function mutate<T>(value: T, r: Random): T;
export function mangle(text: string, r: Random): string;
export function frameOf(nodes: readonly Node[], r: Random): unknown;
