// A schema as data: one node per shape. Built by `schema.ts`, read by `check.ts`, `json-schema.ts`, redaction and printing.

/** Why a value is not shown: `key` never, `media` (audio, images) only on request, `words` hidden at level `content`. */
export type Secrecy = 'key' | 'media' | 'words';

/**
 * How a value is judged. `tolerant`: read from a peer, what is unknown is kept. `server`: what a server takes from a client;
 * unknown parameters, unknown enum values and broken bounds are refused. `strict`: the official schema's own verdict.
 */
export type Profile = 'tolerant' | 'server' | 'strict';

/** Bounds, inclusive. `official` marks those that stand in the official schema; the others stand in its prose or are ours. */
export interface Bounds {
  readonly min?: number;
  readonly max?: number;
  readonly official?: boolean;
}

/** A schema as data. Everything the kernel can do is read off this. */
export type Node =
  | {
      readonly kind: 'string';
      readonly secret?: Secrecy;
      readonly max?: number;
      readonly official?: boolean;
      readonly pattern?: RegExp;
    }
  | { readonly kind: 'integer' | 'number'; readonly bounds: Bounds }
  | { readonly kind: 'boolean' }
  | { readonly kind: 'json'; readonly secret?: Secrecy; readonly object?: boolean }
  | { readonly kind: 'choice'; readonly values: readonly string[] }
  | { readonly kind: 'array'; readonly of: Node; readonly min?: number; readonly max?: number }
  | { readonly kind: 'record'; readonly of: Node; readonly maxKeys?: number; readonly maxKey?: number }
  | { readonly kind: 'object'; readonly fields: Readonly<Record<string, Node>>; readonly unknown: UnknownFields }
  | {
      readonly kind: 'variants';
      readonly tag: string;
      readonly of: Readonly<Record<string, Node>>;
      /** Real peers leave the tag out: read tolerantly, a value without one is kept as an unknown variant is. */
      readonly mayLackTag?: boolean;
    }
  | { readonly kind: 'either'; readonly of: readonly Node[] }
  | { readonly kind: 'nullable'; readonly of: Node }
  | { readonly kind: 'optional'; readonly of: Node; readonly expected: boolean }
  | { readonly kind: 'lazy'; readonly get: () => Node };

/** What becomes of fields no schema names: `refuse` in the profile `server`, `keep` in every profile, `never` in any but `tolerant`. */
export type UnknownFields = 'refuse' | 'keep' | 'never';
