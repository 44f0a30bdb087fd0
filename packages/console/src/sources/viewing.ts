// The input of every view: one log, the selected moment, the available actions.

import { type ReadonlySignal, type Signal, signal } from '@preact/signals';
import { visible } from '../conversation/unseen.ts';
import { createFrameLog, type FrameLog, type FrameLogOptions } from '../log/frame-log.ts';
import type { Selection } from '../log/selection.ts';
import type { LogSource } from '../route.ts';
import type { FileProblem } from './file-problem.ts';

export interface ViewingStatus {
  /** `live` while lines may come by themselves; `lost` if the connection broke while they did. */
  readonly state: 'opening' | 'live' | 'ended' | 'lost' | 'failed';
  /** One sentence for people. */
  readonly message: string;
  /** Why there is nothing to show of a file. */
  readonly problem?: FileProblem;
}

/** What the user may do in a conversation that this page holds. */
export interface ConversationActions {
  /** Gives the output of a function call; the engine is asked to go on once no call waits. */
  answerCall(callId: string, output: string): void;
  /** Lets an MCP call be made, or not. */
  answerApproval(requestId: string, approve: boolean): void;
  /** Takes an item out of the conversation. */
  deleteItem(itemId: string): void;
  /** Sends a `session.update` with these fields of the session. */
  applySession(update: object): void;
}

export interface Viewing {
  readonly source: LogSource;
  /** What it is called, for headings: all of it can be seen. */
  readonly name: string;
  readonly log: FrameLog;
  readonly status: Signal<ViewingStatus>;
  /** How much was read of a log that is being opened, such as `37 %`. Apart from the status: it changes often, and no view depends on it. */
  readonly progress: Signal<string>;
  /** How many rows are looked at, so that a past moment can be shown; `undefined` is all of them, also those that come. */
  readonly upTo: Signal<number | undefined>;
  /** What is selected, in every view. */
  readonly selection: Signal<Selection | undefined>;
  /** Whether the conversation scrolls with what comes; false since the user scrolled up. */
  readonly isFollowing: Signal<boolean>;
  /** Absent where one may only look. */
  readonly actions?: ConversationActions | undefined;
  /** What is being said aloud now: a part, and how far. Only of a session this page holds. */
  readonly speaking?: ReadonlySignal<{ readonly key: string; readonly ms: number } | undefined> | undefined;
  /** Ends what feeds the log. */
  close(): void;
}

export interface ViewingSetup {
  source: LogSource;
  name: string;
  message: string;
  actions?: ConversationActions;
  speaking?: Viewing['speaking'];
  close?: () => void;
  /** When the screen is told of new lines. */
  soon?: FrameLogOptions['soon'];
}

export function createViewing({ source, name, message, close = () => {}, soon, ...rest }: ViewingSetup): Viewing {
  return {
    source,
    name: visible(name),
    log: createFrameLog(soon && { soon }),
    status: signal<ViewingStatus>({ state: 'opening', message }),
    progress: signal(''),
    upTo: signal(undefined),
    selection: signal(undefined),
    isFollowing: signal(true),
    close,
    ...rest,
  };
}

/** Whether this page received the log as it happened, and not as a file. */
export const isReceived = ({ source }: Viewing): boolean => source.kind === 'talk' || source.kind === 'session';

/** How many rows of a log are looked at, now and whenever that changes. */
export function countOf({ log, upTo }: Viewing): number {
  void log.version.value;
  return upTo.value ?? log.rows.length;
}

/** Whether the user may act in a conversation now: it is held here, alive, and shown as it is. */
export const mayAct = ({ actions, upTo, status }: Viewing): boolean =>
  actions !== undefined && upTo.value === undefined && status.value.state === 'live';
