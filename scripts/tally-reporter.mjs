// A vitest reporter that counts, beside the one that people read: it writes what `scripts/test.mjs` needs for its closing
// line to the file named in TALLY_FILE, once, when the run has ended. No file therefore means that there was no run.

import { writeFileSync } from 'node:fs';

/** Annotations of this type are figures, to be shown at the end of the run. */
const FIGURE = 'figure';

export default class TallyReporter {
  #vitest;
  #tally = { passed: 0, failed: 0, skipped: 0, leftOut: 0, expectedFailures: 0, figures: [], printed: [] };

  onInit(vitest) {
    this.#vitest = vitest;
  }

  onUserConsoleLog({ content, taskId }) {
    const file = this.#vitest.state.idMap.get(taskId)?.file?.name ?? 'somewhere';
    this.#tally.printed.push(`${file}: ${content.trim().split('\n')[0].slice(0, 160)}`);
  }

  onTestRunEnd(testModules, unhandledErrors) {
    for (const testModule of testModules) {
      for (const test of testModule.children.allTests()) this.#count(test);
      // A file that cannot be loaded, or a hook that fails outside of any test, has no test to fail.
      this.#tally.failed += testModule.errors().length;
      for (const suite of testModule.children.allSuites()) this.#tally.failed += suite.errors().length;
    }
    this.#tally.failed += unhandledErrors.length;
    writeFileSync(process.env.TALLY_FILE, JSON.stringify(this.#tally));
  }

  #count(test) {
    const { state } = test.result();
    if (state === 'skipped' && test.options.tags.length > 0) this.#tally.leftOut += 1;
    else if (state === 'skipped') this.#tally.skipped += 1;
    else if (state !== 'passed')
      this.#tally.failed += 1; // 'pending' included: it was to run, and did not
    else {
      this.#tally.passed += 1;
      if (test.options.fails) this.#tally.expectedFailures += 1;
    }
    for (const { type, message } of test.annotations()) if (type === FIGURE) this.#tally.figures.push(message);
  }
}
