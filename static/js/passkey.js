/**
 * Makes or shows a passkey: the forms with data-passkey appear only where the browser can do it, and send what it answers.
 *
 * Without this script an app or a recovery code does the same.
 */

/** Browsers make passkeys for names, not for numbers: 127.0.0.1 has none, localhost has. */
const isNumber = /^[\d.]+$|:/.test(location.hostname);
const canDoIt = Boolean(window.PublicKeyCredential) && window.isSecureContext && !isNumber;

function toBytes(text) {
  const padded = text.replaceAll("-", "+").replaceAll("_", "/");
  return Uint8Array.from(atob(padded), (character) => character.charCodeAt(0));
}

function toText(buffer) {
  const letters = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");
  return btoa(letters).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** Return the options with bytes where the server can only write text. */
function readOptions(text) {
  const options = JSON.parse(text).publicKey;
  options.challenge = toBytes(options.challenge);
  if (options.user) options.user.id = toBytes(options.user.id);
  for (const list of ["excludeCredentials", "allowCredentials"]) {
    options[list] = (options[list] ?? []).map((key) => ({ ...key, id: toBytes(key.id) }));
  }
  return options;
}

/** Return what the server needs of an answer. */
function writeAnswer(credential) {
  const response = {};
  for (const part of ["clientDataJSON", "attestationObject", "authenticatorData", "signature"]) {
    if (credential.response[part]) response[part] = toText(credential.response[part]);
  }
  return JSON.stringify({ id: credential.id, response });
}

async function ask(form) {
  const publicKey = readOptions(form.dataset.options);
  const ways = navigator.credentials;
  return writeAnswer(await (form.dataset.passkey === "create" ? ways.create({ publicKey }) : ways.get({ publicKey })));
}

function offer(form) {
  const failed = form.querySelector("[data-passkey-failed]");
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    failed.hidden = true;
    try {
      form.elements.credential.value = await ask(form);
    } catch {
      failed.hidden = false;
      return;
    }
    form.submit();
  });
}

if (canDoIt) {
  for (const form of document.querySelectorAll("[data-passkey]")) offer(form);
  for (const instead of document.querySelectorAll("[data-no-passkey]")) instead.hidden = true;
}
