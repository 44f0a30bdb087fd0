// Waits of a test for events its server sends. A wait ends with the event, with a failure that makes it pointless, or in time.

import { ColloquyError, type ServerEvent } from '@colloquy/protocol';

interface Wait {
  readonly type: string;
  resolve(event: ServerEvent): void;
  reject(reason: string): void;
}

/** Below the 5 s that vitest and jest give a test, so that the message here is the one that is seen. */
const TIMEOUT_MS = 4000;

/**
 * Waits for events of `sent`, to which `see` adds. `failureOf` says why a response that ended `failed` was not meant to, or
 * `undefined` when it was.
 */
export class EventWaits {
  readonly events: ServerEvent[] = [];
  readonly #waits = new Set<Wait>();
  readonly #failureOf: (event: ServerEvent) => string | undefined;
  /** Of the latest response, as long as none was created since. */
  #failure: string | undefined;

  constructor(failureOf: (event: ServerEvent) => string | undefined) {
    this.#failureOf = failureOf;
  }

  handleEvent(event: ServerEvent): void {
    this.events.push(event);
    for (const wait of this.#waits) if (wait.type === event.type) wait.resolve(event);
    if (event.type === 'response.created') this.#failure = undefined;
    if (event.type !== 'response.done') return;
    this.#failure = this.#failureOf(event);
    if (this.#failure !== undefined) for (const wait of this.#waits) wait.reject(this.#failure);
  }

  /** Resolves with the first event of a type, sent already or yet to come. */
  first(type: string, timeoutMs = TIMEOUT_MS): Promise<ServerEvent> {
    const existing = this.events.find((event) => event.type === type);
    if (existing) return Promise.resolve(existing);
    return new Promise((resolve, reject) => {
      const fail = (code: 'upstream_timeout' | 'invalid_configuration', message: string) => {
        end();
        reject(new ColloquyError(code, message));
      };
      const wait: Wait = {
        type,
        resolve(event) {
          end();
          resolve(event);
        },
        reject: (reason) => fail('invalid_configuration', `no '${type}' will be sent: ${reason}`),
      };
      const end = () => {
        clearTimeout(timer);
        this.#waits.delete(wait);
      };
      const timer = setTimeout(() => {
        const last = this.events.at(-1)?.type ?? 'nothing';
        fail('upstream_timeout', `no '${type}' within ${timeoutMs} ms; the latest event sent was '${last}'`);
      }, timeoutMs);
      this.#waits.add(wait);
      if (this.#failure !== undefined) wait.reject(this.#failure);
    });
  }
}
