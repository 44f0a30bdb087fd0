// What is shown in place of a log if a file holds no events.

import type { AppState } from '../app-state.ts';
import { SafeText } from '../conversation/safe-text.tsx';
import type { FileProblem } from '../sources/file-problem.ts';
import { OpenFile } from './open-file.tsx';

const FORMATS: readonly (readonly [string, string])[] = [
  ['Recording of this server', '{"recording":1,"session":"sess_…"}'],
  ['One event on each line', '{"type":"session.created","session":{…}}'],
  ['Events with time and direction', '{"time":1764500000000,"source":"server","event":{…}}'],
  ['Program log with JSON in its lines', '12:00:01 DEBUG received {"type":"response.done",…}'],
  ['List of events', '[{"type":"session.created",…}, …]'],
  ['HAR file of a browser', '{"log":{"entries":[{"_webSocketMessages":[…]}]}}'],
];

export function FileProblemCard({ app, problem }: { app: AppState; problem: FileProblem }) {
  const { takenFor, start, detail } = problem;
  return (
    <section class="card file-problem" aria-labelledby="file-problem-title">
      <h2 id="file-problem-title">No Realtime events found</h2>
      <p>
        The file looks like <strong>{takenFor}</strong>.
      </p>
      {start !== '' && (
        <>
          <h3>It starts with</h3>
          <pre>
            <SafeText text={start} />
          </pre>
        </>
      )}
      {detail !== '' && (
        <p class="hint">
          <SafeText text={detail} />
        </p>
      )}
      <h3>Formats that can be opened, also as gzip</h3>
      <dl class="formats">
        {FORMATS.map(([name, example]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <code>{example}</code>
            </dd>
          </div>
        ))}
      </dl>
      <OpenFile open={(file) => app.open(file)} label="Open another file" />
    </section>
  );
}
