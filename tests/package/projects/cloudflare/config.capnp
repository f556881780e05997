using Workerd = import "/workerd/workerd.capnp";

const wasm :Workerd.Worker.Module = (name = "hamt.wasm", wasm = embed "hamt.wasm");

const config :Workerd.Config = (services = [
  (name = "NAME", worker = (compatibilityDate = "DATE", modules = [
    (name = "NAME", esModule = embed "out/NAME.js"),
    .wasm,
  ])),
]);
