// The laws that hold for any frame, as a function that returns violations. Plain JavaScript, because the fuzzing script uses it
// with
// the built package.

import { frameOf } from './wire-values.mjs';

/** Every way of decoding a frame. */
const decodings = ({ decodeServerEvent, decodeClientEvent, decodeItem }) =>
  ['tolerant', 'server', 'strict'].flatMap((profile) => [
    (frame) => decodeServerEvent(frame, { profile }),
    (frame) => decodeClientEvent(frame, { profile, keepUnknown: profile === 'tolerant' }),
    (frame) => decodeItem(frame, { profile }),
    (frame) => decodeServerEvent(frame, { profile, translation: true }),
    (frame) => decodeClientEvent(frame, { profile, translation: true }),
  ]);

const PROTOTYPES = [Object.prototype, Array.prototype, String.prototype, Function.prototype];
const countNames = () => PROTOTYPES.map((each) => Reflect.ownKeys(each).length).join();
const NAMES = countNames();

const isIssue = ({ code, param, message }, codes) =>
  Object.hasOwn(codes, code) &&
  (param === null || (typeof param === 'string' && param.length <= 1024)) &&
  typeof message === 'string' &&
  message.length > 0 &&
  !/[\r\n]/.test(message);

/** What is wrong with an answer of a decoder; `undefined` when it is one. */
export function wrongWith(answer, { FAILURES }) {
  if (answer.ok === true) return typeof answer.value === 'object' && answer.value !== null ? undefined : 'no value';
  if (answer.ok !== false || !Array.isArray(answer.issues) || answer.issues.length === 0)
    return 'neither value nor issues';
  if (!answer.issues.every((issue) => isIssue(issue, FAILURES))) return `no issue: ${JSON.stringify(answer.issues)}`;
  return answer.event_id === null || typeof answer.event_id === 'string' ? undefined : 'an event_id that is no string';
}

/**
 * Makes frames out of the schemas of a `@colloquy/protocol` and tries the laws on them: `frame` picks one, `complaint` says what it
 * broke, if anything.
 */
export function frameLaws(protocol) {
  const { ServerEvent, ClientEvent, TranslationServerEvent, TranslationClientEvent, RealtimeConversationItem } =
    protocol;
  const { encodeEvent, redact, eventTypeOf } = protocol;
  const decoders = decodings(protocol);
  const nodes = [
    ServerEvent,
    ClientEvent,
    TranslationServerEvent,
    TranslationClientEvent,
    RealtimeConversationItem,
  ].map((schema) => schema.node);
  const events = [...nodes.slice(0, 2).flatMap(({ of }) => Object.values(of)), ...nodes];

  const complaint = (frame, r) => {
    try {
      const decode = r.of(decoders);
      const answer = decode(frame);
      const wrong = wrongWith(answer, protocol);
      if (wrong) return wrong;
      if (answer.ok) {
        const text = encodeEvent(answer.value);
        if (typeof text === 'string') {
          const again = decode(text);
          if (!again.ok) return `what was decoded and encoded is refused: ${JSON.stringify(again.issues)}`;
          if (encodeEvent(again.value) !== text) return 'the round trip changed it';
        }
      }
      const level = r.of(['media', 'content']);
      const once = redact(answer.ok ? answer.value : frame, { level });
      if (JSON.stringify(redact(once, { level })) !== JSON.stringify(once))
        return 'redacting twice is not redacting once';
      if (typeof frame === 'string' && eventTypeOf(frame) !== typeIn(frame) && isJson(frame))
        return 'another event type';
      return countNames() === NAMES ? undefined : 'a prototype changed';
    } catch (error) {
      return `threw ${error instanceof Error ? error.stack : error}`;
    }
  };
  return { frame: (r) => frameOf(events, r), complaint };
}

function isJson(text) {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function typeIn(text) {
  const value = isJson(text) ? JSON.parse(text) : undefined;
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject && Object.hasOwn(value, 'type') && typeof value.type === 'string' ? value.type : undefined;
}
