// Sends the settings to the session that is open: at first all of them, then what changed.

import { changedFields } from './changed-fields.ts';
import { type SessionSettings, sessionUpdateOf, type TalkSettings } from './talk-settings.ts';

/** What was sent; nothing if nothing changed. Or what is wrong with the settings. */
export type SentSettings =
  | { readonly ok: true; readonly update: object | undefined }
  | { readonly ok: false; readonly message: string };

export interface SettingsSender {
  send(): SentSettings;
  /** To be called for a new session, which knows none of them. */
  reset(): void;
  /** To be called for a session that was opened with them, or with others that are to stay. */
  assumeSent(): void;
}

export function createSettingsSender(settings: TalkSettings, send: (event: object) => void): SettingsSender {
  let known: object | undefined;
  return {
    reset() {
      known = undefined;
    },
    assumeSent() {
      const update = sessionUpdateOf(settings);
      if (update.ok) known = fieldsOf(update.session);
    },
    send() {
      const update = sessionUpdateOf(settings);
      if (!update.ok) return update;
      const fields = fieldsOf(update.session);
      const changed = changedFields(known, fields);
      known = fields;
      if (!changed) return { ok: true, update: undefined };
      const event = { type: 'session.update', session: { type: 'realtime', ...changed } };
      send(event);
      return { ok: true, update: event };
    },
  };
}

function fieldsOf({ type: _, ...fields }: SessionSettings): Readonly<Record<string, unknown>> {
  return fields;
}
