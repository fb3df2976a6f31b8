// What the judges of the simulated Azure share: clients that talk to it, and how a refusal is looked at.
import assert from "node:assert/strict";

export const ready = JSON.parse(process.argv[2]);
const credential = { getToken: async () => ({ token: ready.token, expiresOnTimestamp: Date.now() + 3600_000 }) };

/// The bearer policy of the clients refuses http, so the header is set by one of ours.
export const client = (Client) => {
  const made = new Client(credential, ready.subscription, {
    endpoint: ready.url,
    allowInsecureConnection: true,
    retryOptions: { maxRetries: 0 },
  });
  made.pipeline.removePolicy({ name: "bearerTokenAuthenticationPolicy" });
  made.pipeline.addPolicy({
    name: "bearer",
    sendRequest: (request, next) => {
      request.headers.set("authorization", `Bearer ${ready.token}`);
      request.allowInsecureConnection = true;
      return next(request);
    },
  });
  return made;
};

export const all = async (pages) => {
  const items = [];
  for await (const item of pages) items.push(item);
  return items;
};

export const refused = async (promise, status, code) => {
  const error = await promise.then(() => assert.fail("it was taken"), (e) => e);
  if (status !== undefined) assert.equal(error.statusCode, status, error.message);
  assert.equal(error.code ?? error.details?.error?.code, code, error.message);
};

/// Below /pretend: what only a test may do.
export const pretend = async (what, body) => {
  const answer = await fetch(`${ready.control}/${what}`, { method: "POST", body: JSON.stringify(body) });
  assert.equal(answer.status, 200, await answer.clone().text());
  return answer.json();
};

export const group = async (name) => {
  const id = `/subscriptions/${ready.subscription}/resourceGroups/${name}`;
  await pretend("put", { id, body: { location: "uksouth" } });
};

export const quickly = { updateIntervalInMs: 5 };
