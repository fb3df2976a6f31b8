// Access as Cloudflare's own SDK drives it.
import assert from "node:assert/strict";
import { account_id, all, client, refused } from "./judging.mjs";

const access = client.zeroTrust.access;
const include = [{ email: { email: "ann@bnx.dev" } }];

const group = await access.groups.create({ account_id, name: "team", include });
const policy = await access.policies.create({
  account_id, name: "team", decision: "allow", include: [{ group: { id: group.id } }],
});
assert.equal(policy.reusable, true);
await access.tags.create({ account_id, name: "driftless" });
const app = await access.applications.create({
  account_id, type: "self_hosted", name: "grafana", domain: "grafana.bnx.dev",
  destinations: [{ type: "public", uri: "grafana.bnx.dev" }],
  policies: [{ id: policy.id, precedence: 1 }], tags: ["driftless"],
});
assert.equal(app.policies[0].decision, "allow");
assert.deepEqual(app.policies[0].include, [{ group: { id: group.id } }]);
assert.equal(app.aud.length, 64);
await refused(access.applications.create({ account_id, type: "self_hosted", name: "grafana", domain: "x.bnx.dev" }), 409, 12132);
await refused(access.policies.delete(policy.id, { account_id }), 400, 12130);

const changed = await access.applications.update(app.id, {
  account_id, type: "self_hosted", name: "grafana", domain: "grafana.bnx.dev", session_duration: "1h", policies: [policy.id],
});
assert.equal(changed.session_duration, "1h");
assert.deepEqual(changed.tags, []);
assert.deepEqual((await all(access.applications.list({ account_id, domain: "grafana" }))).map((one) => one.id), [app.id]);
assert.equal((await access.applications.get(app.id, { account_id })).policies.length, 1);
const renamed = await access.policies.update(policy.id, { account_id, name: "everyone", decision: "bypass", include: [{ everyone: {} }] });
assert.equal(renamed.name, "everyone");
assert.equal((await access.applications.get(app.id, { account_id })).policies[0].name, "everyone");
assert.equal((await access.groups.update(group.id, { account_id, name: "house", include })).name, "house");

const token = await access.serviceTokens.create({ account_id, name: "robot" });
assert.ok(token.client_secret);
assert.equal("client_secret" in (await access.serviceTokens.get(token.id, { account_id })), false);
const rotated = await access.serviceTokens.rotate(token.id, { account_id });
assert.notEqual(rotated.client_secret, token.client_secret);
assert.equal((await all(access.serviceTokens.list({ account_id }))).length, 1);
await access.serviceTokens.delete(token.id, { account_id });

await access.applications.delete(app.id, { account_id });
await refused(access.applications.get(app.id, { account_id }), 404, 11021);
await access.policies.delete(policy.id, { account_id });
await access.groups.delete(group.id, { account_id });
await refused(access.groups.get(group.id, { account_id }), 404, 12152);
await access.tags.delete("driftless", { account_id });
for (const list of [access.applications, access.policies, access.groups, access.serviceTokens, access.tags]) {
  assert.equal((await all(list.list({ account_id }))).length, 0);
}
assert.equal((await all(client.zeroTrust.identityProviders.list({ account_id })))[0].type, "onetimepin");

console.log("the SDK found all as it should be");
