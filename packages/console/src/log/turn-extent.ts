// What a turn holds of its log: rows, items, responses.

export interface TurnExtent {
  readonly index: number;
  /** Indexes of its rows, ascending. */
  readonly rows: readonly number[];
  /** In the order of the conversation. */
  readonly itemIds: readonly string[];
  readonly responseIds: readonly string[];
}
