// @ts-check
// Worker thread with Flite, a WebAssembly command that writes a WAV file, and the system calls it needs. Plain
// JavaScript, because a thread starts from a source file as it is. Started by `flite.ts`.
// https://github.com/WebAssembly/WASI/blob/main/legacy/preview1/docs.md

import { readFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';

/** @typedef {{ job: number, args: string[] }} Request */

/**
 * @typedef {{ buffer: ArrayBuffer }} Memory
 * @typedef {{ exports: { memory: Memory, _start(): void } }} Command
 * @typedef {{ Module: new (bytes: Uint8Array) => object, Instance: new (module: object, imports: object) => Command }} Wasm
 */

// Declared here: its types come with those of the browser, which do not belong in a server.
const { WebAssembly } = /** @type {{ WebAssembly: Wasm }} */ (/** @type {unknown} */ (globalThis));

const module = new WebAssembly.Module(readFileSync(/** @type {{ wasm: string }} */ (workerData).wasm));

const FOLDER = 3;
const FILE = 4;
const OK = 0;
const BAD_DESCRIPTOR = 8;
const FILE_TYPE = { character: 2, folder: 3, regular: 4 };

class Exit extends Error {}

/**
 * Runs the command and returns the file it wrote. An instance serves one run, so its memory is freed with it.
 *
 * @param {string[]} args
 * @returns {Uint8Array}
 */
function run(args) {
  const encoder = new TextEncoder();
  const words = args.map((arg) => encoder.encode(`${arg}\0`));
  let file = new Uint8Array(64 * 1024);
  let length = 0;
  let position = 0;
  /** @type {Memory} */
  let memory;
  // Read the view each time: growing memory detaches it.
  const view = () => new DataView(memory.buffer);
  const bytes = () => new Uint8Array(memory.buffer);

  /** @param {Uint8Array} piece */
  function append(piece) {
    const end = position + piece.length;
    if (end > file.length) {
      const larger = new Uint8Array(Math.max(end, 2 * file.length));
      larger.set(file.subarray(0, length));
      file = larger;
    }
    file.set(piece, position);
    position = end;
    length = Math.max(length, end);
  }

  /** @type {Record<string, (...args: number[]) => number>} */
  const system = {
    args_sizes_get(count = 0, size = 0) {
      view().setUint32(count, words.length, true);
      view().setUint32(
        size,
        words.reduce((sum, word) => sum + word.length, 0),
        true,
      );
      return OK;
    },
    args_get(pointers = 0, buffer = 0) {
      let at = buffer;
      for (const [index, word] of words.entries()) {
        view().setUint32(pointers + 4 * index, at, true);
        bytes().set(word, at);
        at += word.length;
      }
      return OK;
    },
    // A constant time, so that the same text gives the same bytes.
    clock_time_get(_id, _precision, at = 0) {
      view().setBigUint64(at, 0n, true);
      return OK;
    },
    fd_prestat_get(fd, at = 0) {
      if (fd !== FOLDER) return BAD_DESCRIPTOR;
      view().setUint32(at, 0, true);
      view().setUint32(at + 4, 1, true);
      return OK;
    },
    fd_prestat_dir_name(fd, at = 0) {
      if (fd !== FOLDER) return BAD_DESCRIPTOR;
      bytes()[at] = '.'.charCodeAt(0);
      return OK;
    },
    fd_fdstat_get(fd = 0, at = 0) {
      const type = fd === FOLDER ? FILE_TYPE.folder : fd < FOLDER ? FILE_TYPE.character : FILE_TYPE.regular;
      bytes().fill(0, at, at + 24);
      view().setUint8(at, type);
      view().setBigUint64(at + 8, 0xffff_ffff_ffff_ffffn, true);
      view().setBigUint64(at + 16, 0xffff_ffff_ffff_ffffn, true);
      return OK;
    },
    fd_fdstat_set_flags: () => OK,
    fd_close: () => OK,
    path_open(...args) {
      view().setUint32(/** @type {number} */ (args[8]), FILE, true);
      return OK;
    },
    fd_write(fd, vectors = 0, count = 0, written = 0) {
      let total = 0;
      for (let index = 0; index < count; index += 1) {
        const from = view().getUint32(vectors + 8 * index, true);
        const size = view().getUint32(vectors + 8 * index + 4, true);
        if (fd === FILE) append(bytes().slice(from, from + size));
        total += size;
      }
      view().setUint32(written, total, true);
      return OK;
    },
    fd_seek(fd, offset, whence, at = 0) {
      if (fd !== FILE) return BAD_DESCRIPTOR;
      position = Number(offset) + (whence === 0 ? 0 : whence === 1 ? position : length);
      view().setBigUint64(at, BigInt(position), true);
      return OK;
    },
    fd_read: () => BAD_DESCRIPTOR,
    proc_exit(code) {
      throw new Exit(String(code));
    },
  };

  const { exports } = new WebAssembly.Instance(module, { wasi_snapshot_preview1: system });
  memory = exports.memory;
  try {
    exports._start();
  } catch (error) {
    if (!(error instanceof Exit) || error.message !== '0') throw error;
  }
  return file.slice(0, length);
}

parentPort?.on('message', (/** @type {Request} */ { job, args }) => {
  try {
    const wav = run(args);
    parentPort?.postMessage({ job, wav }, [/** @type {ArrayBuffer} */ (wav.buffer)]);
  } catch {
    // The error's message may quote the text.
    parentPort?.postMessage({ job });
  }
});
