// Two logs beside each other. To be built here.

import type { AppState } from '../app-state.ts';
import type { LogSource } from '../route.ts';

export interface CompareProps {
  readonly app: AppState;
  readonly left: LogSource | undefined;
  readonly right: LogSource | undefined;
}

export function CompareView(_: CompareProps) {
  return <p>Choose two logs to compare.</p>;
}
