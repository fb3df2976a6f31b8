// What the judges share: a client of Cloudflare's own SDK, and how a refusal is looked at.
import assert from "node:assert/strict";
import Cloudflare from "cloudflare";

export const ready = JSON.parse(process.argv[2]);
export const account_id = ready.account;
export const client = new Cloudflare({ baseURL: ready.url, apiToken: ready.token, maxRetries: 0 });

export const all = async (pages) => {
  const items = [];
  for await (const item of pages) items.push(item);
  return items;
};

export const refused = async (promise, status, code) => {
  const error = await promise.then(() => assert.fail("it was taken"), (e) => e);
  assert.equal(error.status, status, error.message);
  const first = error.errors[0];
  assert.equal((first.error_chain ?? [first])[0].code, code, error.message);
};

/// Below /pretend: what only a test may do.
export const pretend = async (what, body) => {
  const answer = await fetch(`${ready.control}/${what}`, { method: "POST", body: JSON.stringify(body) });
  assert.equal(answer.status, 200, await answer.clone().text());
  return answer.json();
};
