import { describe, expect, it } from 'vitest';
import { type AdmissionStore, memoryAdmissionStore } from '../auth/admission-store.ts';
import type { Limits } from '../limits.ts';
import { createServices } from '../services.ts';
import { createSessionRegistry } from '../sessions/session-registry.ts';
import { type AdmissionResult, createAdmission } from './admission.ts';

const GRANT = { principal: 'key_a', secret: undefined };

/** An admission under these limits, whose store answers only when `answer` is called. */
function admitting(limits: Partial<Limits>, change: (store: AdmissionStore) => Partial<AdmissionStore> = () => ({})) {
  const services = createServices({ limits: { memoryBytes: Number.POSITIVE_INFINITY, ...limits }, clock: () => 0 });
  const memory = memoryAdmissionStore(() => 0);
  const waiting: (() => void)[] = [];
  const slow = <T>(call: () => Promise<T>) =>
    new Promise<T>((resolve, reject) => waiting.push(() => void call().then(resolve, reject)));
  const store = { ...memory, ...change(memory) };
  const registry = createSessionRegistry();
  const admission = createAdmission(registry, services, {
    reserve: (...args) => slow(() => store.reserve(...args)),
    takeToken: (...args) => slow(() => store.takeToken(...args)),
  });
  /** Answers every call, in any order: the latest first. */
  async function answer(): Promise<void> {
    for (let turn = 0; turn < 10; turn += 1) {
      for (const call of waiting.splice(0).reverse()) call();
      await new Promise(setImmediate);
    }
  }
  return {
    registry,
    async admit(count: number, grant = GRANT): Promise<AdmissionResult[]> {
      const all = Promise.all(Array.from({ length: count }, () => admission.admit(grant, '127.0.0.1')));
      const [admitted] = await Promise.all([all, answer()]);
      return admitted;
    },
    admitSoon: () => ({ admitted: admission.admit(GRANT, '127.0.0.1'), answer }),
  };
}

const codes = (all: readonly AdmissionResult[]) => all.map((each) => (each.ok ? 'admitted' : each.refusal.code)).sort();
const release = (all: readonly AdmissionResult[]) => {
  for (const each of all) if (each.ok) each.place.release();
};

describe('createAdmission', () => {
  it('[LM7] keeps the limit per key when many requests wait for the store', async () => {
    const { admit } = admitting({ sessionsPerKey: 3 });
    const first = await admit(8);
    expect(codes(first)).toEqual(['admitted', 'admitted', 'admitted', ...Array(5).fill('rate_limit_exceeded')]);
    release(first);
    release(first); // a second time gives nothing back
    expect(codes(await admit(8)).filter((code) => code === 'admitted')).toHaveLength(3);
  });

  it('[LM7] keeps the limit of the server when many requests wait for the store', async () => {
    const { admit } = admitting({ sessions: 2 });
    const first = await admit(5);
    expect(codes(first)).toEqual(['admitted', 'admitted', 'overloaded', 'overloaded', 'overloaded']);
    release(first);
    expect(codes(await admit(3))).toEqual(['admitted', 'admitted', 'overloaded']);
  });

  it('[LM7] returns the place when the rate refuses, and takes no token without a place', async () => {
    const { admit } = admitting({ sessionsPerKey: 2, opensBurst: 3, opensPerSecond: 0 });
    const first = await admit(2);
    expect(codes(await admit(4))).toEqual(Array(4).fill('rate_limit_exceeded')); // no place, no token
    release(first);
    const [second, third] = [await admit(1), await admit(1)];
    expect(codes([...second, ...third])).toEqual(['admitted', 'rate_limit_exceeded']);
    expect(codes(await admit(1, { principal: 'key_b', secret: undefined }))).toEqual(['rate_limit_exceeded']);
  });

  it('[LM7] returns the place when the store fails', async () => {
    let isBroken = true;
    const { admit } = admitting({ sessions: 1, sessionsPerKey: 1 }, (store) => ({
      takeToken: (...args) => (isBroken ? Promise.reject(new Error('gone')) : store.takeToken(...args)),
    }));
    await expect(admit(1)).rejects.toThrow('gone');
    isBroken = false;
    expect(codes(await admit(1))).toEqual(['admitted']);
  });

  it('[LM12] refuses an admitted session when a drain has begun', async () => {
    const { registry, admitSoon, admit } = admitting({});
    const { admitted, answer } = admitSoon();
    void registry.drain(0);
    await answer();
    const result = await admitted;
    expect(result.ok && result.place.refuseIfDraining()?.code).toBe('draining');
    expect(codes(await admit(1))).toEqual(['draining']);
  });
});
