// A JsSIP phone that a test drives from outside: `phone(settings)` makes one, `events` is what happened so far.
import * as JsSIP from "jssip";

window.events = [];
window.phone = ({ url, uri, password, expires }) => {
  const agent = new JsSIP.UA({
    sockets: [new JsSIP.WebSocketInterface(url)],
    uri,
    password,
    register: true,
    register_expires: expires,
    session_timers: false,
  });
  const note = (name, detail = "") => window.events.push(`${name} ${detail}`.trim());
  agent.on("connected", () => note("connected"));
  agent.on("disconnected", () => note("disconnected"));
  agent.on("registered", () => note("registered"));
  agent.on("unregistered", () => note("unregistered"));
  agent.on("registrationFailed", ({ cause }) => note("refused", cause));
  agent.on("newMessage", ({ originator }) => note("message", originator));
  agent.on("newRTCSession", ({ originator, request }) => note("call", `${originator} ${request.from.uri.user}`));
  agent.start();
  window.agent = agent;
};
