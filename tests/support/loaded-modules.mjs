// Preloaded with `--import`: writes the URL of every loaded module to the file named by LOADED_MODULES.

import { appendFileSync } from 'node:fs';
import Module, { register } from 'node:module';
import { pathToFileURL } from 'node:url';

const file = process.env.LOADED_MODULES;
const hook = `
  import { appendFileSync } from 'node:fs';
  export function load(url, context, next) {
    appendFileSync(${JSON.stringify(file)}, url + '\\n');
    return next(url, context);
  }
`;
register(`data:text/javascript,${encodeURIComponent(hook)}`);
// What CommonJS modules require does not pass the hook.
process.on('exit', () => {
  for (const name of Object.keys(Module._cache)) appendFileSync(file, `${pathToFileURL(name).href}\n`);
});
