// Pages as Cloudflare's own command line drives it: a project, two deployments, the second without an upload.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";

const ready = JSON.parse(process.argv[2]);
const env = {
  ...process.env, CLOUDFLARE_API_BASE_URL: ready.url, CLOUDFLARE_API_TOKEN: ready.token,
  CLOUDFLARE_ACCOUNT_ID: ready.account, WRANGLER_SEND_METRICS: "false", CI: "1",
};
const wrangler = (...words) => {
  const done = spawnSync("node_modules/.bin/wrangler", words, { env, encoding: "utf8", timeout: 60_000 });
  assert.equal(done.status, 0, done.stdout + done.stderr);
  return done.stdout;
};
const calls = async () => (await (await fetch(`${ready.control}/calls`)).json()).calls;

mkdirSync("site/css", { recursive: true });
writeFileSync("site/index.html", "<h1>hello</h1>\n");
writeFileSync("site/css/site.css", "h1 { color: green }\n");
writeFileSync("site/_redirects", "/old / 301\n");

wrangler("pages", "project", "create", "site", "--production-branch", "main");
const deploy = () => wrangler("pages", "deploy", "site", "--project-name", "site", "--branch", "main",
  "--commit-message", "by hand", "--commit-dirty=true");
assert.match(deploy(), /Uploaded 2 files/);
assert.equal((await calls())["POST /accounts/{}/pages/projects/{}/deployments"], 1);
assert.match(deploy(), /2 already uploaded/);
const listed = JSON.parse(wrangler("pages", "deployment", "list", "--project-name", "site", "--json"));
assert.equal(listed.length, 2);
assert.match(wrangler("pages", "project", "list"), /site\.pages\.dev/);

console.log("wrangler found all as it should be");
