// Written by scripts/emit-checks.mjs from the schemas; not for editing. One function per shape.
// Each answers how many characters of JSON a value takes at least, or NaN when check(…, 'tolerant') may find something wrong.

import { holdHeaders } from '../redact/masked.ts';
import { absent, boolean, booleanOr, integer, integerOr, isObject, json, jsonObject, number, or, secret, secretOr, text, textOr, unknown } from './measure.ts';

type Value = Record<string, unknown>;

/** Of a `ServerEvent`; `-Infinity` for one of an unknown type. */
export const measureServerEvent = (value: unknown): number => m54(value as never);

/** Of a `ClientEvent`; `-Infinity` for one of an unknown type. */
export const measureClientEvent = (value: unknown): number => m62(value as never);

function m0(v: Value): number {
  return isObject(v) ? 20 + text(v.type) + textOr(v.code, 8) + text(v.message) + textOr(v.param, 9) + textOr(v.event_id, 12) : NaN;
}

function m1(v: Value): number {
  if (!Array.isArray(v)) return NaN;
  let n = 1;
  for (let i = 0; i < v.length; i++) n += 1 + text(v[i]);
  return n;
}

function m2(v: Value): number {
  if (!isObject(v)) return NaN;
  let n = 1;
  for (const k in v) n += k.length + 4 + text(v[k]);
  return n;
}

function m3(v: Value): number {
  return isObject(v) ? 1 + or(v.tool_names, 14, m1) + booleanOr(v.read_only, 13) : NaN;
}

function m4(v: Value): number {
  return isObject(v) ? 1 + or(v.always, 10, m3) + or(v.never, 9, m3) : NaN;
}

function m5(v: Value): number {
  if (!isObject(v)) return NaN;
  const t = v.type;
  if (typeof t !== 'string') return NaN;
  const n = 10;
  switch (t.length) {
    case 8:
      if (t === 'function') return n + 17 + text(v.name) + textOr(v.description, 15) + (v.parameters == null ? absent(v.parameters, 14) : 14 + jsonObject(v.parameters));
      return unknown(v);
    case 3:
      if (t === 'mcp') return n + 20 + text(v.server_label) + textOr(v.server_url, 14) + textOr(v.connector_id, 16) + textOr(v.tunnel_id, 13) + secretOr(v, v.authorization, 17) + textOr(v.server_description, 22) + (v.headers == null ? absent(v.headers, 11) : holdHeaders(v.headers) && 11 + m2(v.headers as never)) + (v.allowed_tools == null ? absent(v.allowed_tools, 17) : 17 + (Array.isArray(v.allowed_tools) ? m1(v.allowed_tools as never) : (isObject(v.allowed_tools) ? m3(v.allowed_tools as never) : NaN))) + or(v.allowed_callers, 19, m1) + (v.require_approval == null ? absent(v.require_approval, 20) : 20 + (typeof v.require_approval === 'string' ? text(v.require_approval) : (isObject(v.require_approval) ? m4(v.require_approval as never) : NaN))) + booleanOr(v.defer_loading, 17);
      return unknown(v);
    default:
      return unknown(v);
  }
}

function m6(v: Value): number {
  if (!Array.isArray(v)) return NaN;
  let n = 1;
  for (let i = 0; i < v.length; i++) n += 1 + m5(v[i] as never);
  return n;
}

function m7(v: Value): number {
  if (!isObject(v)) return NaN;
  const t = v.type;
  if (typeof t !== 'string') return NaN;
  const n = 10;
  switch (t.length) {
    case 8:
      if (t === 'function') return n + 17 + text(v.name);
      return unknown(v);
    case 3:
      if (t === 'mcp') return n + 20 + text(v.server_label) + textOr(v.name, 8);
      return unknown(v);
    default:
      return unknown(v);
  }
}

function m8(v: Value): number {
  return isObject(v) ? 1 + textOr(v.workflow_name, 17) + textOr(v.group_id, 12) + (v.metadata == null ? absent(v.metadata, 12) : 12 + jsonObject(v.metadata)) : NaN;
}

function m9(v: Value): number {
  return isObject(v) ? 1 + integerOr(v.post_instructions, 21) : NaN;
}

function m10(v: Value): number {
  return isObject(v) ? 28 + text(v.type) + number(v.retention_ratio) + or(v.token_limits, 16, m9) : NaN;
}

function m11(v: Value): number {
  return isObject(v) ? 9 + text(v.mode) : NaN;
}

function m12(v: Value): number {
  if (!isObject(v)) return NaN;
  const t = v.type;
  if (typeof t !== 'string') return NaN;
  const n = 10 + or(v.prompt_cache_breakpoint, 27, m11);
  switch (t.length) {
    case 10:
      if (t === 'input_text') return n + 19 + text(v.text);
      if (t === 'input_file') return n + 11 + textOr(v.detail, 10) + textOr(v.file_id, 11) + textOr(v.filename, 12) + secretOr(v, v.file_data, 13) + textOr(v.file_url, 12);
      return unknown(v);
    case 11:
      if (t === 'input_image') return n + 12 + textOr(v.detail, 10) + secretOr(v, v.image_url, 13) + textOr(v.file_id, 11);
      return unknown(v);
    default:
      return unknown(v);
  }
}

function m13(v: Value): number {
  if (!isObject(v)) return NaN;
  let n = 1;
  for (const k in v) n += k.length + 4 + (typeof v[k] === 'string' ? text(v[k]) : (isObject(v[k]) ? m12(v[k] as never) : NaN));
  return n;
}

function m14(v: Value): number {
  return isObject(v) ? 7 + text(v.id) + textOr(v.version, 11) + or(v.variables, 13, m13) : NaN;
}

function m15(v: Value): number {
  if (!isObject(v)) return NaN;
  const t = v.type;
  if (typeof t !== 'string') return NaN;
  const n = 10;
  switch (t.length) {
    case 9:
      if (t === 'audio/pcm') return n + 10 + integerOr(v.rate, 8);
      return unknown(v);
    case 10:
      if (t === 'audio/pcmu' || t === 'audio/pcma') return n + 11;
      return unknown(v);
    default:
      return unknown(v);
  }
}

function m16(v: Value): number {
  return isObject(v) ? 1 + textOr(v.model, 9) + textOr(v.language, 12) + textOr(v.prompt, 10) + or(v.languages, 13, m1) + or(v.keywords, 12, m1) + textOr(v.delay, 9) : NaN;
}

function m17(v: Value): number {
  return isObject(v) ? 9 + text(v.type) : NaN;
}

function m18(v: Value): number {
  if (!isObject(v)) return NaN;
  const t = v.type;
  if (typeof t !== 'string') return NaN;
  const n = 10 + booleanOr(v.create_response, 19) + booleanOr(v.interrupt_response, 22);
  switch (t.length) {
    case 10:
      if (t === 'server_vad') return n + 11 + (v.threshold == null ? absent(v.threshold, 13) : 13 + number(v.threshold)) + integerOr(v.prefix_padding_ms, 21) + integerOr(v.silence_duration_ms, 23) + integerOr(v.idle_timeout_ms, 19);
      return unknown(v);
    case 12:
      if (t === 'semantic_vad') return n + 13 + textOr(v.eagerness, 13);
      return unknown(v);
    default:
      return unknown(v);
  }
}

function m19(v: Value): number {
  return isObject(v) ? 1 + or(v.format, 10, m15) + or(v.transcription, 17, m16) + or(v.noise_reduction, 19, m17) + or(v.turn_detection, 18, m18) : NaN;
}

function m20(v: Value): number {
  return isObject(v) ? 1 + or(v.input, 9, m19) : NaN;
}

function m21(v: Value): number {
  return isObject(v) ? 7 + text(v.id) : NaN;
}

function m22(v: Value): number {
  return isObject(v) ? 1 + or(v.format, 10, m15) + (v.voice == null ? absent(v.voice, 9) : 9 + (typeof v.voice === 'string' ? text(v.voice) : (isObject(v.voice) ? m21(v.voice as never) : NaN))) + (v.speed == null ? absent(v.speed, 9) : 9 + number(v.speed)) : NaN;
}

function m23(v: Value): number {
  return isObject(v) ? 1 + or(v.input, 9, m19) + or(v.output, 10, m22) : NaN;
}

function m24(v: Value): number {
  return isObject(v) ? 1 + textOr(v.effort, 10) : NaN;
}

function m25(v: Value): number {
  if (!isObject(v)) return NaN;
  const t = v.type;
  if (t === undefined) return unknown(v);
  if (typeof t !== 'string') return NaN;
  const n = 26 + text(v.object) + text(v.id) + integerOr(v.expires_at, 14) + or(v.include, 11, m1);
  switch (t.length) {
    case 8:
      if (t === 'realtime') return n + 9 + textOr(v.model, 9) + or(v.output_modalities, 21, m1) + textOr(v.instructions, 16) + or(v.tools, 9, m6) + (v.tool_choice == null ? absent(v.tool_choice, 15) : 15 + (typeof v.tool_choice === 'string' ? text(v.tool_choice) : (isObject(v.tool_choice) ? m7(v.tool_choice as never) : NaN))) + (v.max_output_tokens == null ? absent(v.max_output_tokens, 21) : 21 + (typeof v.max_output_tokens === 'number' ? integer(v.max_output_tokens) : (typeof v.max_output_tokens === 'string' ? text(v.max_output_tokens) : NaN))) + (v.tracing == null ? absent(v.tracing, 11) : 11 + (typeof v.tracing === 'string' ? text(v.tracing) : (isObject(v.tracing) ? m8(v.tracing as never) : NaN))) + (v.truncation == null ? absent(v.truncation, 14) : 14 + (typeof v.truncation === 'string' ? text(v.truncation) : (isObject(v.truncation) ? m10(v.truncation as never) : NaN))) + or(v.prompt, 10, m14) + or(v.audio, 9, m23) + booleanOr(v.parallel_tool_calls, 23) + or(v.reasoning, 13, m24);
      return unknown(v);
    case 13:
      if (t === 'transcription') return n + 14 + or(v.audio, 9, m20);
      return unknown(v);
    default:
      return unknown(v);
  }
}

function m26(v: Value): number {
  return isObject(v) ? 1 + textOr(v.id, 6) + textOr(v.object, 10) : NaN;
}

function m27(v: Value): number {
  if (!isObject(v)) return NaN;
  const t = v.type;
  if (typeof t !== 'string') return NaN;
  const n = 10;
  switch (t.length) {
    case 10:
      if (t === 'input_text') return n + 11 + textOr(v.text, 8);
      return unknown(v);
    case 11:
      if (t === 'input_audio') return n + 12 + secretOr(v, v.audio, 9) + textOr(v.transcript, 14);
      if (t === 'input_image') return n + 12 + textOr(v.detail, 10) + secretOr(v, v.image_url, 13);
      if (t === 'output_text') return n + 12 + textOr(v.text, 8);
      return unknown(v);
    case 12:
      if (t === 'output_audio') return n + 13 + secretOr(v, v.audio, 9) + textOr(v.transcript, 14);
      return unknown(v);
    default:
      return unknown(v);
  }
}

function m28(v: Value): number {
  if (!Array.isArray(v)) return NaN;
  let n = 1;
  for (let i = 0; i < v.length; i++) n += 1 + m27(v[i] as never);
  return n;
}

function m29(v: Value): number {
  return isObject(v) ? 25 + json(v.input_schema) + text(v.name) + (v.annotations == null ? absent(v.annotations, 15) : 15 + json(v.annotations)) + textOr(v.description, 15) : NaN;
}

function m30(v: Value): number {
  if (!Array.isArray(v)) return NaN;
  let n = 1;
  for (let i = 0; i < v.length; i++) n += 1 + m29(v[i] as never);
  return n;
}

function m31(v: Value): number {
  if (!isObject(v)) return NaN;
  const t = v.type;
  if (typeof t !== 'string') return NaN;
  const n = 21 + text(v.message);
  switch (t.length) {
    case 14:
      if (t === 'protocol_error') return n + 23 + integer(v.code);
      return unknown(v);
    case 20:
      if (t === 'tool_execution_error') return n + 21;
      return unknown(v);
    case 10:
      if (t === 'http_error') return n + 19 + integer(v.code);
      return unknown(v);
    default:
      return unknown(v);
  }
}

function m32(v: Value): number {
  if (!isObject(v)) return NaN;
  const t = v.type;
  if (typeof t !== 'string') return NaN;
  const n = 10 + textOr(v.id, 6);
  switch (t.length) {
    case 7:
      if (t === 'message') return n + 27 + m28(v.content as never) + text(v.role) + textOr(v.object, 10) + textOr(v.status, 10) + (v.phase == null ? absent(v.phase, 9) : 9 + json(v.phase));
      return unknown(v);
    case 13:
      if (t === 'function_call') return n + 22 + textOr(v.arguments, 13) + text(v.name) + textOr(v.call_id, 11) + textOr(v.object, 10) + textOr(v.status, 10);
      return unknown(v);
    case 20:
      if (t === 'function_call_output') return n + 42 + text(v.call_id) + text(v.output) + textOr(v.object, 10) + textOr(v.status, 10);
      if (t === 'mcp_approval_request') return n + 45 + textOr(v.arguments, 13) + text(v.name) + text(v.server_label);
      return unknown(v);
    case 21:
      if (t === 'mcp_approval_response') return n + 56 + text(v.approval_request_id) + boolean(v.approve) + textOr(v.reason, 10);
      return unknown(v);
    case 14:
      if (t === 'mcp_list_tools') return n + 31 + text(v.server_label) + or(v.tools, 9, m30);
      return unknown(v);
    case 8:
      if (t === 'mcp_call') return n + 33 + textOr(v.arguments, 13) + text(v.name) + text(v.server_label) + textOr(v.approval_request_id, 23) + (v.error == null ? absent(v.error, 9) : 9 + (isObject(v.error) ? m31(v.error as never) : (typeof v.error === 'string' ? text(v.error) : NaN))) + textOr(v.output, 10);
      return unknown(v);
    default:
      return unknown(v);
  }
}

function m33(v: Value): number {
  if (!Array.isArray(v)) return NaN;
  let n = 1;
  for (let i = 0; i < v.length; i++) n += 1 + integer(v[i]);
  return n;
}

function m34(v: Value): number {
  return isObject(v) ? 30 + text(v.token) + number(v.logprob) + m33(v.bytes as never) : NaN;
}

function m35(v: Value): number {
  if (!Array.isArray(v)) return NaN;
  let n = 1;
  for (let i = 0; i < v.length; i++) n += 1 + m34(v[i] as never);
  return n;
}

function m36(v: Value): number {
  return isObject(v) ? 1 + integerOr(v.text_tokens, 15) + integerOr(v.audio_tokens, 16) : NaN;
}

function m37(v: Value): number {
  if (!isObject(v)) return NaN;
  const t = v.type;
  if (typeof t !== 'string') return NaN;
  const n = 10;
  switch (t.length) {
    case 6:
      if (t === 'tokens') return n + 56 + integer(v.total_tokens) + integer(v.input_tokens) + integer(v.output_tokens) + or(v.input_token_details, 23, m36);
      return unknown(v);
    case 8:
      if (t === 'duration') return n + 20 + number(v.seconds);
      return unknown(v);
    default:
      return unknown(v);
  }
}

function m38(v: Value): number {
  return isObject(v) ? 9 + text(v.code) : NaN;
}

function m39(v: Value): number {
  if (!Array.isArray(v)) return NaN;
  let n = 1;
  for (let i = 0; i < v.length; i++) n += 1 + m38(v[i] as never);
  return n;
}

function m40(v: Value): number {
  return isObject(v) ? 1 + textOr(v.type, 8) + textOr(v.code, 8) + textOr(v.message, 11) + textOr(v.param, 9) : NaN;
}

function m41(v: Value): number {
  return isObject(v) ? 1 + textOr(v.name, 8) + integerOr(v.limit, 9) + integerOr(v.remaining, 13) + (v.reset_seconds == null ? absent(v.reset_seconds, 17) : 17 + number(v.reset_seconds)) : NaN;
}

function m42(v: Value): number {
  if (!Array.isArray(v)) return NaN;
  let n = 1;
  for (let i = 0; i < v.length; i++) n += 1 + m41(v[i] as never);
  return n;
}

function m43(v: Value): number {
  return isObject(v) ? 1 + textOr(v.type, 8) + textOr(v.code, 8) + textOr(v.message, 11) : NaN;
}

function m44(v: Value): number {
  return isObject(v) ? 1 + textOr(v.type, 8) + textOr(v.reason, 10) + or(v.error, 9, m43) : NaN;
}

function m45(v: Value): number {
  if (!Array.isArray(v)) return NaN;
  let n = 1;
  for (let i = 0; i < v.length; i++) n += 1 + m32(v[i] as never);
  return n;
}

function m46(v: Value): number {
  return isObject(v) ? 1 + or(v.format, 10, m15) + (v.voice == null ? absent(v.voice, 9) : 9 + (typeof v.voice === 'string' ? text(v.voice) : (isObject(v.voice) ? m21(v.voice as never) : NaN))) : NaN;
}

function m47(v: Value): number {
  return isObject(v) ? 1 + or(v.output, 10, m46) : NaN;
}

function m48(v: Value): number {
  return isObject(v) ? 1 + integerOr(v.text_tokens, 15) + integerOr(v.audio_tokens, 16) + integerOr(v.image_tokens, 16) : NaN;
}

function m49(v: Value): number {
  return isObject(v) ? 1 + integerOr(v.text_tokens, 15) + integerOr(v.audio_tokens, 16) + integerOr(v.image_tokens, 16) + integerOr(v.cached_tokens, 17) + or(v.cached_tokens_details, 25, m48) : NaN;
}

function m50(v: Value): number {
  return isObject(v) ? 1 + integerOr(v.text_tokens, 15) + integerOr(v.audio_tokens, 16) + integerOr(v.reasoning_tokens, 20) : NaN;
}

function m51(v: Value): number {
  return isObject(v) ? 1 + integerOr(v.total_tokens, 16) + integerOr(v.input_tokens, 16) + integerOr(v.output_tokens, 17) + or(v.input_token_details, 23, m49) + or(v.output_token_details, 24, m50) : NaN;
}

function m52(v: Value): number {
  return isObject(v) ? 1 + textOr(v.object, 10) + textOr(v.id, 6) + textOr(v.status, 10) + or(v.status_details, 18, m44) + or(v.output, 10, m45) + textOr(v.conversation_id, 19) + or(v.output_modalities, 21, m1) + (v.max_output_tokens == null ? absent(v.max_output_tokens, 21) : 21 + (typeof v.max_output_tokens === 'number' ? integer(v.max_output_tokens) : (typeof v.max_output_tokens === 'string' ? text(v.max_output_tokens) : NaN))) + or(v.audio, 9, m47) + or(v.usage, 9, m51) + or(v.metadata, 12, m2) : NaN;
}

function m53(v: Value): number {
  return isObject(v) ? 1 + textOr(v.type, 8) + textOr(v.text, 8) + textOr(v.transcript, 14) + secretOr(v, v.audio, 9) : NaN;
}

function m54(v: Value): number {
  if (!isObject(v)) return NaN;
  const t = v.type;
  if (typeof t !== 'string') return NaN;
  const n = 10 + textOr(v.event_id, 12);
  switch (t.length) {
    case 5:
      if (t === 'error') return n + 15 + m0(v.error as never);
      return -Infinity;
    case 15:
      if (t === 'session.created' || t === 'session.updated') return n + 27 + m25(v.session as never);
      return -Infinity;
    case 20:
      if (t === 'conversation.created') return n + 37 + m26(v.conversation as never);
      return -Infinity;
    case 25:
      if (t === 'conversation.item.created') return n + 34 + textOr(v.previous_item_id, 20) + m32(v.item as never);
      if (t === 'conversation.item.deleted') return n + 37 + text(v.item_id);
      if (t === 'response.output_item.done') return n + 65 + text(v.response_id) + integer(v.output_index) + m32(v.item as never);
      if (t === 'response.output_text.done') return n + 93 + text(v.response_id) + text(v.item_id) + integer(v.output_index) + integer(v.content_index) + text(v.text);
      return -Infinity;
    case 23:
      if (t === 'conversation.item.added') return n + 32 + textOr(v.previous_item_id, 20) + m32(v.item as never);
      return -Infinity;
    case 22:
      if (t === 'conversation.item.done') return n + 31 + textOr(v.previous_item_id, 20) + m32(v.item as never);
      return -Infinity;
    case 27:
      if (t === 'conversation.item.retrieved') return n + 36 + m32(v.item as never);
      if (t === 'conversation.item.truncated') return n + 72 + text(v.item_id) + integer(v.content_index) + integer(v.audio_end_ms);
      if (t === 'response.content_part.added') return n + 95 + text(v.response_id) + text(v.item_id) + integer(v.output_index) + integer(v.content_index) + m53(v.part as never);
      if (t === 'response.output_audio.delta') return n + 96 + text(v.response_id) + text(v.item_id) + integer(v.output_index) + integer(v.content_index) + secret(v, v.delta);
      if (t === 'response.mcp_call.completed') return n + 55 + integer(v.output_index) + text(v.item_id);
      if (t === 'output_audio_buffer.started' || t === 'output_audio_buffer.stopped' || t === 'output_audio_buffer.cleared') return n + 43 + text(v.response_id);
      return -Infinity;
    case 49:
      if (t === 'conversation.item.input_audio_transcription.delta') return n + 61 + text(v.item_id) + integerOr(v.content_index, 17) + textOr(v.delta, 9) + or(v.logprobs, 12, m35);
      return -Infinity;
    case 51:
      if (t === 'conversation.item.input_audio_transcription.segment') return n + 121 + text(v.item_id) + integer(v.content_index) + text(v.id) + text(v.text) + text(v.speaker) + number(v.start) + number(v.end);
      return -Infinity;
    case 53:
      if (t === 'conversation.item.input_audio_transcription.completed') return n + 96 + text(v.item_id) + integer(v.content_index) + text(v.transcript) + or(v.usage, 9, m37) + or(v.languages, 13, m39) + or(v.logprobs, 12, m35);
      return -Infinity;
    case 50:
      if (t === 'conversation.item.input_audio_transcription.failed') return n + 88 + text(v.item_id) + integer(v.content_index) + m40(v.error as never);
      return -Infinity;
    case 28:
      if (t === 'input_audio_buffer.committed') return n + 40 + textOr(v.previous_item_id, 20) + text(v.item_id);
      return -Infinity;
    case 26:
      if (t === 'input_audio_buffer.cleared') return n + 27;
      if (t === 'response.output_item.added') return n + 66 + text(v.response_id) + integer(v.output_index) + m32(v.item as never);
      if (t === 'response.content_part.done') return n + 94 + text(v.response_id) + text(v.item_id) + integer(v.output_index) + integer(v.content_index) + m53(v.part as never);
      if (t === 'response.output_text.delta') return n + 95 + text(v.response_id) + text(v.item_id) + integer(v.output_index) + integer(v.content_index) + text(v.delta);
      if (t === 'response.output_audio.done') return n + 86 + text(v.response_id) + text(v.item_id) + integer(v.output_index) + integer(v.content_index);
      if (t === 'mcp_list_tools.in_progress') return n + 38 + text(v.item_id);
      return -Infinity;
    case 33:
      if (t === 'input_audio_buffer.speech_started') return n + 63 + integer(v.audio_start_ms) + text(v.item_id);
      if (t === 'input_audio_buffer.speech_stopped') return n + 61 + integer(v.audio_end_ms) + text(v.item_id);
      if (t === 'response.mcp_call_arguments.delta') return n + 85 + text(v.response_id) + text(v.item_id) + integer(v.output_index) + text(v.delta) + textOr(v.obfuscation, 15);
      return -Infinity;
    case 36:
      if (t === 'input_audio_buffer.timeout_triggered') return n + 82 + integer(v.audio_start_ms) + integer(v.audio_end_ms) + text(v.item_id);
      return -Infinity;
    case 38:
      if (t === 'input_audio_buffer.dtmf_event_received') return n + 63 + text(v.event) + integer(v.received_at);
      if (t === 'response.output_audio_transcript.delta') return n + 107 + text(v.response_id) + text(v.item_id) + integer(v.output_index) + integer(v.content_index) + text(v.delta);
      if (t === 'response.function_call_arguments.delta') return n + 101 + text(v.response_id) + text(v.item_id) + integer(v.output_index) + text(v.call_id) + text(v.delta);
      return -Infinity;
    case 19:
      if (t === 'rate_limits.updated') return n + 35 + m42(v.rate_limits as never);
      return -Infinity;
    case 16:
      if (t === 'response.created') return n + 29 + m52(v.response as never);
      return -Infinity;
    case 13:
      if (t === 'response.done') return n + 26 + m52(v.response as never);
      return -Infinity;
    case 37:
      if (t === 'response.output_audio_transcript.done') return n + 111 + text(v.response_id) + text(v.item_id) + integer(v.output_index) + integer(v.content_index) + text(v.transcript);
      if (t === 'response.function_call_arguments.done') return n + 104 + text(v.response_id) + text(v.item_id) + integer(v.output_index) + text(v.call_id) + textOr(v.name, 8) + text(v.arguments);
      return -Infinity;
    case 32:
      if (t === 'response.mcp_call_arguments.done') return n + 88 + text(v.response_id) + text(v.item_id) + integer(v.output_index) + text(v.arguments);
      return -Infinity;
    case 29:
      if (t === 'response.mcp_call.in_progress') return n + 57 + integer(v.output_index) + text(v.item_id);
      return -Infinity;
    case 24:
      if (t === 'response.mcp_call.failed') return n + 52 + integer(v.output_index) + text(v.item_id);
      if (t === 'mcp_list_tools.completed') return n + 36 + text(v.item_id);
      return -Infinity;
    case 21:
      if (t === 'mcp_list_tools.failed') return n + 33 + text(v.item_id);
      return -Infinity;
    default:
      return -Infinity;
  }
}

function m55(v: Value): number {
  if (!isObject(v)) return NaN;
  const t = v.type;
  if (typeof t !== 'string') return NaN;
  const n = 10 + textOr(v.object, 10) + textOr(v.id, 6) + integerOr(v.expires_at, 14) + or(v.include, 11, m1);
  switch (t.length) {
    case 8:
      if (t === 'realtime') return n + 9 + textOr(v.model, 9) + or(v.output_modalities, 21, m1) + textOr(v.instructions, 16) + or(v.tools, 9, m6) + (v.tool_choice == null ? absent(v.tool_choice, 15) : 15 + (typeof v.tool_choice === 'string' ? text(v.tool_choice) : (isObject(v.tool_choice) ? m7(v.tool_choice as never) : NaN))) + (v.max_output_tokens == null ? absent(v.max_output_tokens, 21) : 21 + (typeof v.max_output_tokens === 'number' ? integer(v.max_output_tokens) : (typeof v.max_output_tokens === 'string' ? text(v.max_output_tokens) : NaN))) + (v.tracing == null ? absent(v.tracing, 11) : 11 + (typeof v.tracing === 'string' ? text(v.tracing) : (isObject(v.tracing) ? m8(v.tracing as never) : NaN))) + (v.truncation == null ? absent(v.truncation, 14) : 14 + (typeof v.truncation === 'string' ? text(v.truncation) : (isObject(v.truncation) ? m10(v.truncation as never) : NaN))) + or(v.prompt, 10, m14) + or(v.audio, 9, m23) + booleanOr(v.parallel_tool_calls, 23) + or(v.reasoning, 13, m24);
      return unknown(v);
    case 13:
      if (t === 'transcription') return n + 14 + or(v.audio, 9, m20);
      return unknown(v);
    default:
      return unknown(v);
  }
}

function m56(v: Value): number {
  if (!isObject(v)) return NaN;
  const t = v.type;
  if (typeof t !== 'string') return NaN;
  const n = 10;
  switch (t.length) {
    case 10:
      if (t === 'input_text') return n + 19 + text(v.text);
      return unknown(v);
    case 11:
      if (t === 'input_audio') return n + 12 + secretOr(v, v.audio, 9) + textOr(v.transcript, 14);
      if (t === 'input_image') return n + 25 + secret(v, v.image_url) + textOr(v.detail, 10);
      if (t === 'output_text') return n + 20 + text(v.text);
      return unknown(v);
    case 12:
      if (t === 'output_audio') return n + 13 + secretOr(v, v.audio, 9) + textOr(v.transcript, 14);
      return unknown(v);
    case 4:
      if (t === 'text') return n + 13 + text(v.text);
      return unknown(v);
    case 5:
      if (t === 'audio') return n + 6 + secretOr(v, v.audio, 9) + textOr(v.transcript, 14);
      return unknown(v);
    default:
      return unknown(v);
  }
}

function m57(v: Value): number {
  if (!Array.isArray(v)) return NaN;
  let n = 1;
  for (let i = 0; i < v.length; i++) n += 1 + m56(v[i] as never);
  return n;
}

function m58(v: Value): number {
  if (!isObject(v)) return NaN;
  const t = v.type;
  if (typeof t !== 'string') return NaN;
  const n = 10 + textOr(v.id, 6);
  switch (t.length) {
    case 7:
      if (t === 'message') return n + 27 + text(v.role) + m57(v.content as never) + textOr(v.object, 10) + textOr(v.status, 10);
      return unknown(v);
    case 13:
      if (t === 'function_call') return n + 35 + text(v.name) + text(v.arguments) + textOr(v.call_id, 11) + textOr(v.object, 10) + textOr(v.status, 10);
      return unknown(v);
    case 20:
      if (t === 'function_call_output') return n + 42 + text(v.call_id) + text(v.output) + textOr(v.object, 10) + textOr(v.status, 10);
      return unknown(v);
    case 21:
      if (t === 'mcp_approval_response') return n + 56 + text(v.approval_request_id) + boolean(v.approve) + textOr(v.reason, 10);
      return unknown(v);
    default:
      return unknown(v);
  }
}

function m59(v: Value): number {
  if (!isObject(v)) return NaN;
  const t = v.type;
  if (typeof t !== 'string') return NaN;
  const n = 10;
  switch (t.length) {
    case 7:
      if (t === 'message') return n + 27 + text(v.role) + m57(v.content as never) + textOr(v.id, 6) + textOr(v.object, 10) + textOr(v.status, 10);
      return unknown(v);
    case 13:
      if (t === 'function_call') return n + 35 + text(v.name) + text(v.arguments) + textOr(v.call_id, 11) + textOr(v.id, 6) + textOr(v.object, 10) + textOr(v.status, 10);
      return unknown(v);
    case 20:
      if (t === 'function_call_output') return n + 42 + text(v.call_id) + text(v.output) + textOr(v.id, 6) + textOr(v.object, 10) + textOr(v.status, 10);
      return unknown(v);
    case 21:
      if (t === 'mcp_approval_response') return n + 56 + textOr(v.id, 6) + text(v.approval_request_id) + boolean(v.approve) + textOr(v.reason, 10);
      return unknown(v);
    case 14:
      if (t === 'item_reference') return n + 21 + text(v.id);
      return unknown(v);
    default:
      return unknown(v);
  }
}

function m60(v: Value): number {
  if (!Array.isArray(v)) return NaN;
  let n = 1;
  for (let i = 0; i < v.length; i++) n += 1 + m59(v[i] as never);
  return n;
}

function m61(v: Value): number {
  return isObject(v) ? 1 + or(v.output_modalities, 21, m1) + textOr(v.instructions, 16) + or(v.audio, 9, m47) + or(v.tools, 9, m6) + (v.tool_choice == null ? absent(v.tool_choice, 15) : 15 + (typeof v.tool_choice === 'string' ? text(v.tool_choice) : (isObject(v.tool_choice) ? m7(v.tool_choice as never) : NaN))) + booleanOr(v.parallel_tool_calls, 23) + or(v.reasoning, 13, m24) + (v.max_output_tokens == null ? absent(v.max_output_tokens, 21) : 21 + (typeof v.max_output_tokens === 'number' ? integer(v.max_output_tokens) : (typeof v.max_output_tokens === 'string' ? text(v.max_output_tokens) : NaN))) + textOr(v.conversation, 16) + or(v.metadata, 12, m2) + or(v.prompt, 10, m14) + or(v.input, 9, m60) : NaN;
}

function m62(v: Value): number {
  if (!isObject(v)) return NaN;
  const t = v.type;
  if (typeof t !== 'string') return NaN;
  const n = 10 + textOr(v.event_id, 12);
  switch (t.length) {
    case 14:
      if (t === 'session.update') return n + 26 + m55(v.session as never);
      return -Infinity;
    case 25:
      if (t === 'input_audio_buffer.append') return n + 35 + secret(v, v.audio);
      if (t === 'input_audio_buffer.commit' || t === 'output_audio_buffer.clear') return n + 26;
      return -Infinity;
    case 24:
      if (t === 'input_audio_buffer.clear') return n + 25;
      if (t === 'conversation.item.create') return n + 33 + textOr(v.previous_item_id, 20) + m58(v.item as never);
      if (t === 'conversation.item.delete') return n + 36 + text(v.item_id);
      return -Infinity;
    case 26:
      if (t === 'conversation.item.retrieve') return n + 38 + text(v.item_id);
      if (t === 'conversation.item.truncate') return n + 71 + text(v.item_id) + integer(v.content_index) + integer(v.audio_end_ms);
      return -Infinity;
    case 15:
      if (t === 'response.create') return n + 16 + or(v.response, 12, m61);
      if (t === 'response.cancel') return n + 16 + textOr(v.response_id, 15);
      return -Infinity;
    default:
      return -Infinity;
  }
}
