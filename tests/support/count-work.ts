// Counts the work of a call instead of its time: how often each block of our sources ran, by V8's precise coverage.
// Independent of the machine and its load. Native functions (a regular expression, JSON.parse) are not counted.

import { Session } from 'node:inspector';

/** Sources whose blocks are counted. */
const OURS = /\/packages\/\w+\/src\/(?!.*\.test\.)/;

interface Coverage {
  result: { url: string; functions: { ranges: { count: number }[] }[] }[];
}

/** Runs `act` once and returns how many blocks (function bodies, branches, rounds of loops) of packages/*\/src it ran. */
export function countWork(act: () => unknown): number {
  const session = new Session();
  session.connect();
  const post = <Result>(method: string, params?: object): Result => {
    // The callback of an in-process session is called before `post` returns.
    let answer: Result | undefined;
    let failure: Error | null = null;
    session.post(method, params, (error, result) => {
      failure = error;
      answer = result as Result;
    });
    if (failure) throw failure;
    return answer as Result;
  };
  try {
    post('Profiler.enable');
    post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
    post('Profiler.takePreciseCoverage'); // what ran before does not count
    act();
    const { result } = post<Coverage>('Profiler.takePreciseCoverage');
    post('Profiler.stopPreciseCoverage');
    return result
      .filter(({ url }) => OURS.test(url))
      .flatMap(({ functions }) => functions.flatMap(({ ranges }) => ranges.map(({ count }) => count)))
      .reduce((sum, count) => sum + count, 0);
  } finally {
    session.disconnect();
  }
}
