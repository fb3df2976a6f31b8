// Tunnels as Cloudflare's own SDK drives them.
import assert from "node:assert/strict";
import { account_id, all, client, pretend, refused } from "./judging.mjs";

const tunnels = client.zeroTrust.tunnels.cloudflared;
const home = await tunnels.create({ account_id, name: "home", config_src: "cloudflare" });
assert.equal(home.status, "inactive");
await refused(tunnels.create({ account_id, name: "home" }), 409, 1013);
assert.deepEqual((await all(tunnels.list({ account_id, is_deleted: false, name: "home" }))).map((t) => t.id), [home.id]);

const ingress = [
  { hostname: "app.bnx.dev", service: "http://app:80", originRequest: { noTLSVerify: true } },
  { service: "http_status:404" },
];
const put = await tunnels.configurations.update(home.id, { account_id, config: { ingress } });
assert.equal(put.version, 1);
const config = await tunnels.configurations.get(home.id, { account_id });
assert.equal(config.config.ingress[0].originRequest.noTLSVerify, true);
assert.equal(config.config.ingress[1].service, "http_status:404");
await refused(tunnels.configurations.update(home.id, { account_id, config: { ingress: [ingress[0]] } }), 400, 1056);

const token = await tunnels.token.get(home.id, { account_id });
const parts = JSON.parse(Buffer.from(token, "base64").toString());
assert.deepEqual([parts.a, parts.t], [account_id, home.id]);
assert.notEqual((await pretend("connect", { token })).connector, "");
assert.equal((await tunnels.get(home.id, { account_id })).status, "healthy");
assert.equal((await all(tunnels.connections.get(home.id, { account_id })))[0].conns.length, 4);
await refused(tunnels.delete(home.id, { account_id }), 400, 1022);

const secret = Buffer.alloc(32, 7).toString("base64");
assert.equal((await tunnels.edit(home.id, { account_id, name: "house", tunnel_secret: secret })).name, "house");
assert.equal((await pretend("connect", { token })).connector, "");
await pretend("disconnect", { tunnel: home.id, lingers: true });
await tunnels.connections.delete(home.id, { account_id });
assert.ok((await tunnels.delete(home.id, { account_id })).deleted_at);
assert.ok((await tunnels.get(home.id, { account_id })).deleted_at);
assert.equal((await all(tunnels.list({ account_id, is_deleted: false }))).length, 0);

console.log("the SDK found all as it should be");
