/**
 * The one script of every page: whoever is signed in gets what they did painted over a page that is the same bytes for
 * everyone. Nothing is asked of the server, and nothing more is loaded, unless the signed-in hint is there.
 */
const HINT = /(?:^|; )puente_signed_in=1/;

if (HINT.test(document.cookie)) {
  // The modules that visit.js asks for are named here, too: a slow connection then waits for all of them at once, not one after another.
  import("./server.js");
  import("./queue.js");
  import("./sending.js");
  import("./painting.js");
  import("./navigation.js");
  import("./visit.js");
}
