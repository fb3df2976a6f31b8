// Zones and DNS as Cloudflare's own SDK drives them.
import assert from "node:assert/strict";
import Cloudflare from "cloudflare";
import { account_id, all, client, pretend, ready, refused } from "./judging.mjs";

const free = ready.zones["bnx.dev"];
const pro = ready.zones["briefhours.com"];

// ---- tokens and zones
const verified = await client.accounts.tokens.verify({ account_id });
assert.equal(verified.status, "active");
const zones = await all(client.zones.list({ account: { id: account_id } }));
assert.deepEqual(zones.map((zone) => zone.name), ["bnx.dev", "briefhours.com"]);
assert.equal((await client.zones.get({ zone_id: pro })).plan.legacy_id, "pro");
await refused(client.zones.get({ zone_id: "0".repeat(32) }), 403, 9109);

// ---- settings
const ssl = await client.zones.settings.edit("ssl", { zone_id: free, value: "strict" });
assert.equal(ssl.value, "strict");
assert.equal((await client.zones.settings.get("ssl", { zone_id: free })).value, "strict");
await refused(client.zones.settings.edit("polish", { zone_id: free, value: "lossy" }), 400, 1024);

// ---- one record of each way of writing
const records = client.dns.records;
const a = await records.create({ zone_id: free, type: "A", name: "www", content: "203.0.113.7", ttl: 300, proxied: true });
assert.equal(a.name, "www.bnx.dev");
assert.equal(a.ttl, 1);
const six = await records.create({ zone_id: free, type: "AAAA", name: "six", content: "2001:DB8:0:0:0:0:0:1", ttl: 300 });
assert.equal(six.content, "2001:db8::1");
const txt = await records.create({ zone_id: free, type: "TXT", name: "@", content: "v=spf1 -all", ttl: 1 });
assert.equal(txt.content, '"v=spf1 -all"');
const caa = await records.create({
  zone_id: free, type: "CAA", name: "@", ttl: 1, data: { flags: 0, tag: "issue", value: "ca.example" },
});
assert.equal(caa.content, '0 issue "ca.example"');
const srv = await records.create({
  zone_id: free, type: "SRV", name: "_sip._tcp", ttl: 1,
  data: { priority: 1, weight: 2, port: 5060, target: "sip.example.net" },
});
assert.deepEqual(srv.data, { priority: 1, weight: 2, port: 5060, target: "sip.example.net" });

// ---- changed, found, refused, removed
const edited = await records.edit(a.id, { zone_id: free, type: "A", name: "www", ttl: 1, comment: "by the SDK" });
assert.equal(edited.content, "203.0.113.7");
assert.equal(edited.comment, "by the SDK");
const put = await records.update(a.id, { zone_id: free, type: "A", name: "www", content: "203.0.113.8", ttl: 120 });
assert.equal(put.comment, null);
assert.equal(put.proxied, false);
assert.equal((await records.get(a.id, { zone_id: free })).content, "203.0.113.8");
const found = await all(records.list({ zone_id: free, name: { exact: "www.bnx.dev" }, type: "A" }));
assert.deepEqual(found.map((record) => record.id), [a.id]);
assert.equal((await all(records.list({ zone_id: free, content: { contains: "SPF1" } }))).length, 1);
await refused(records.create({ zone_id: free, type: "A", name: "www", content: "203.0.113.8", ttl: 120 }), 400, 81058);
await refused(records.create({ zone_id: free, type: "CNAME", name: "www", content: "x.net", ttl: 1 }), 400, 81053);
await refused(records.create({ zone_id: free, type: "A", name: "bad", content: "1.2.3", ttl: 1 }), 400, 9005);
await refused(records.create({ zone_id: free, type: "A", name: "t", content: "203.0.113.9", ttl: 1, tags: ["a"] }), 400, 9300);
assert.equal((await records.delete(six.id, { zone_id: free })).id, six.id);
await refused(records.get(six.id, { zone_id: free }), 404, 81044);

// ---- a batch is one transaction
const batch = await records.batch({
  zone_id: free,
  deletes: [{ id: a.id }],
  posts: [{ type: "CNAME", name: "www", content: "pages.example.net", ttl: 1 }],
});
assert.equal(batch.deletes[0].id, a.id);
assert.equal(batch.posts[0].type, "CNAME");
const before = await all(records.list({ zone_id: free }));
await refused(records.batch({
  zone_id: free,
  deletes: before.map(({ id }) => ({ id })),
  posts: [{ type: "A", name: "new", content: "nonsense", ttl: 1 }],
}), 400, 9005);
assert.deepEqual(await all(records.list({ zone_id: free })), before);

// ---- many, in pages until an empty one
await records.batch({
  zone_id: pro,
  posts: Array.from({ length: 250 }, (_, i) => ({ type: "A", name: `h${i}`, content: `203.0.113.${i}`, ttl: 1 })),
});
const many = await all(records.list({ zone_id: pro, per_page: 100 }));
assert.equal(new Set(many.map((record) => record.id)).size, 250);
assert.match(await records.export({ zone_id: pro }), /h249\.briefhours\.com\.\t1\tIN\tA\t203\.0\.113\.249/);
const usage = await client.dns.usage.zone.get({ zone_id: pro });
assert.deepEqual([usage.record_usage, usage.record_quota], [250, 3500]);

// ---- a fault, and the SDK's own retries
await pretend("fault", { fault: "server_error", times: 2 });
const patient = new Cloudflare({ baseURL: ready.url, apiToken: ready.token, maxRetries: 2 });
assert.equal((await patient.zones.list()).result.length, 2);

console.log("the SDK found all as it should be");
