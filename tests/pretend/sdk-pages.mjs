// Pages as Cloudflare's own SDK drives it: a project, a domain, a direct upload.
import assert from "node:assert/strict";
import Cloudflare from "cloudflare";
import { account_id, all, client, ready, refused } from "./judging.mjs";

const projects = client.pages.projects;
const site = await projects.create({ account_id, name: "site", production_branch: "main" });
assert.equal(site.subdomain, "site.pages.dev");
assert.equal(site.latest_deployment, null);
await refused(projects.create({ account_id, name: "site", production_branch: "main" }), 409, 8000002);
await refused(projects.get("none", { account_id }), 404, 8000007);
await refused(projects.list({ account_id, per_page: 100 }), 400, 8000024);
assert.deepEqual((await all(projects.list({ account_id }))).map((one) => one.name), ["site"]);

const env_vars = { MODE: { type: "plain_text", value: "live" }, KEY: { type: "secret_text", value: "s3cret" } };
await projects.edit("site", { account_id, deployment_configs: { production: { env_vars } } });
const edited = await projects.edit("site", { account_id, deployment_configs: { production: { env_vars: { MODE: null } } } });
assert.deepEqual(edited.deployment_configs.production.env_vars, { KEY: { type: "secret_text", value: "" } });

// ---- files, as wrangler sends them
const { jwt } = await projects.getUploadToken("site", { account_id });
const claims = JSON.parse(Buffer.from(jwt.split(".")[1], "base64url").toString());
assert.ok(claims.exp > Date.now() / 1000 && claims.max_file_count_allowed > 0);
const uploader = new Cloudflare({ baseURL: ready.url, apiToken: jwt, maxRetries: 0 });
const hash = "3519f48ee405c7488859ff4f2880df1b";
const value = Buffer.from("Hello, World!\n").toString("base64");
const missing = async () => all(uploader.pages.assets.checkMissing({ hashes: [hash] }));
assert.deepEqual(await missing(), [hash]);
await uploader.pages.assets.upload({ body: [{ key: hash, value, metadata: { contentType: "text/plain" }, base64: true }] });
await uploader.pages.assets.upsertHashes({ hashes: [hash] });
assert.deepEqual(await missing(), []);
await refused(all(client.pages.assets.checkMissing({ hashes: [hash] })), 401, 8000013);

const deploy = (branch, manifest) => projects.deployments.create("site", {
  account_id, branch, manifest: JSON.stringify(manifest), commit_message: "driftless:abc", commit_dirty: "false",
});
const finished = async ({ id }) => {
  for (;;) {
    const now = await projects.deployments.get(id, { project_name: "site", account_id });
    if (now.latest_stage.status !== "active") return now;
    await new Promise((resume) => setTimeout(resume, 100));
  }
};
const live = await deploy("main", { "/a.txt": hash });
assert.equal(live.environment, "production");
assert.equal((await finished(live)).latest_stage.status, "success");
const broken = await deploy("main", { "/b.txt": "0".repeat(32) });
assert.equal((await finished(broken)).latest_stage.status, "failure");
const preview = await deploy("Feature/x", { "/a.txt": hash });
assert.deepEqual(preview.aliases, ["https://feature-x.site.pages.dev"]);
const now = await projects.get("site", { account_id });
assert.equal(now.canonical_deployment.id, live.id);
assert.equal(now.latest_deployment.id, preview.id);
assert.equal(now.canonical_deployment.deployment_trigger.metadata.commit_message, "driftless:abc");
assert.equal((await all(projects.deployments.list("site", { account_id, env: "production" }))).length, 2);
await refused(projects.deployments.delete(live.id, { project_name: "site", account_id }), 400, 8000034);
await projects.deployments.delete(broken.id, { project_name: "site", account_id });

// ---- domains
const domain = await projects.domains.create("site", { account_id, name: "www.bnx.dev" });
assert.equal(domain.status, "initializing");
await refused(projects.domains.create("site", { account_id, name: "www.bnx.dev" }), 409, 8000018);
assert.equal((await all(projects.domains.list("site", { account_id }))).length, 1);
await refused(projects.delete("site", { account_id }), 400, 8000028);
await projects.domains.delete("www.bnx.dev", { project_name: "site", account_id });
await refused(projects.domains.get("www.bnx.dev", { project_name: "site", account_id }), 404, 8000021);
await projects.delete("site", { account_id });
await refused(projects.get("site", { account_id }), 404, 8000007);

console.log("the SDK found all as it should be");
