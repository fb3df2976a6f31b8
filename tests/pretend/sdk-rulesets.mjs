// Rulesets as Cloudflare's own SDK drives them.
import assert from "node:assert/strict";
import { account_id, all, client, ready, refused } from "./judging.mjs";

const zone_id = ready.zones["bnx.dev"];
const rulesets = client.rulesets;
const phase = "http_request_dynamic_redirect";
const redirect = (ref, from, to) => ({
  ref, action: "redirect", expression: `(http.host eq "${from}")`, description: `${from} to ${to}`,
  action_parameters: { from_value: { target_url: { value: `https://${to}` }, status_code: 301 } },
});

await refused(rulesets.phases.get(phase, { zone_id }), 404, 10003);
const dry = await rulesets.phases.update(phase, { zone_id, rules: [redirect("a", "old.bnx.dev", "bnx.dev")] }, { query: { dry_run: true } });
assert.equal(dry, null);
await refused(rulesets.phases.get(phase, { zone_id }), 404, 10003);

const made = await rulesets.phases.update(phase, { zone_id, rules: [redirect("a", "old.bnx.dev", "bnx.dev")] });
assert.deepEqual([made.version, made.kind, made.phase], ["1", "zone", phase]);
assert.equal(made.rules[0].action_parameters.from_value.status_code, 301);
const again = await rulesets.phases.update(phase, {
  zone_id, rules: [redirect("b", "www.bnx.dev", "bnx.dev"), redirect("a", "older.bnx.dev", "bnx.dev")],
});
assert.equal(again.rules[1].id, made.rules[0].id);
assert.equal(again.version, "2");

const added = await rulesets.rules.create(made.id, { zone_id, ...redirect("c", "c.bnx.dev", "bnx.dev"), position: { index: 1 } });
assert.deepEqual(added.rules.map((rule) => rule.ref), ["c", "b", "a"]);
const edited = await rulesets.rules.edit(added.rules[0].id, {
  ruleset_id: made.id, zone_id, ...redirect("c", "d.bnx.dev", "bnx.dev"), enabled: false,
});
assert.equal(edited.rules[0].enabled, false);
await rulesets.rules.delete(added.rules[0].id, { ruleset_id: made.id, zone_id });
assert.equal((await rulesets.get(made.id, { zone_id })).rules.length, 2);

const listed = await all(rulesets.list({ zone_id, per_page: 1 }));
assert.ok(listed.some((one) => one.id === made.id) && listed.some((one) => one.kind === "managed"));
assert.equal((await all(rulesets.versions.list(made.id, { zone_id }))).length, 5);
await refused(rulesets.create({ zone_id, kind: "zone", phase, name: "second", rules: [] }), 400, 20217);
await refused(rulesets.phases.update(phase, { zone_id, rules: [{ action: "block", expression: "true" }] }), 400, 20120);
await rulesets.delete(made.id, { zone_id });
await refused(rulesets.get(made.id, { zone_id }), 404, 10001);
await refused(rulesets.phases.get("http_request_redirect", { account_id }), 404, 10003);

console.log("the SDK found all as it should be");
