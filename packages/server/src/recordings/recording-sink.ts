// Records one session: a line sink that writes to the recorder.

import type { Line, LineSink } from '../sessions/line-sink.ts';
import type { Recorder, SessionRecording } from './recorder.ts';
import type { StoredSummary } from './stored-summary.ts';

export interface RecordingSink extends LineSink<Line> {
  /** The recording's name in the store; `undefined` before the session has begun. */
  readonly name: string | undefined;
  /** Resolves with whether all lines so far are on disk. Never rejects. */
  flushed(): Promise<boolean>;
}

/** `engine` is the name of the engine that answers the session; `summary` is asked once, at the end. */
export function recordingSink(recorder: Recorder, engine: string, summary: () => StoredSummary): RecordingSink {
  let recording: SessionRecording | undefined;
  return {
    get name() {
      return recording?.name;
    },
    begin({ id, options }) {
      recording = recorder.begin(id, options, engine);
    },
    write(line) {
      recording?.write(line);
    },
    end() {
      recording?.end(summary());
    },
    flushed: async () => (await recording?.flushed()) ?? false,
  };
}
