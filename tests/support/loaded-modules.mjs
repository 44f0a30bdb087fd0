// Preloaded with `--import`: writes the address of every module the process loads to the file that LOADED_MODULES names.

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
