/** An expression for Nix, to be called with `callPackage`: https://nixos.org/manual/nixpkgs/stable/ */

const SYSTEMS = {
  'linux-x64': 'x86_64-linux',
  'linux-arm64': 'aarch64-linux',
  'darwin-x64': 'x86_64-darwin',
  'darwin-arm64': 'aarch64-darwin',
}

/**
 * @param {{ own: { version: string, homepage: string }, archives: readonly { target: string, url: string, sha256: string }[] }} release
 */
export function toNix({ own, archives }) {
  const sources = archives
    .filter(({ target }) => target in SYSTEMS)
    .map(
      ({ target, url, sha256 }) => `    ${SYSTEMS[target]} = {
      name = "talos-image-${target}";
      url = "${url}";
      sha256 = "${sha256}";
    };
`,
    )
  return `# pkgs.callPackage ./talos-image.nix { }
{
  lib,
  stdenv,
  fetchurl,
  autoPatchelfHook,
  installShellFiles,
}:

let
  sources = {
${sources.join('')}  };
  source = sources.\${stdenv.hostPlatform.system};
in
stdenv.mkDerivation {
  pname = "talos-image";
  version = "${own.version}";

  src = fetchurl { inherit (source) url sha256; };
  sourceRoot = ".";

  nativeBuildInputs = [ installShellFiles ] ++ lib.optionals stdenv.hostPlatform.isLinux [ autoPatchelfHook ];
  buildInputs = lib.optionals stdenv.hostPlatform.isLinux [ stdenv.cc.cc.lib ];
  # What was put into the file is lost when it is stripped.
  dontStrip = true;

  installPhase = ''
    install -D -m 755 \${source.name} $out/bin/talos-image
    install -D -m 644 \${source.name}.licenses.txt $out/share/doc/talos-image/third-party-licenses.txt
  '';
  # Once it finds the libraries here.
  postFixup = lib.optionalString (stdenv.buildPlatform.canExecute stdenv.hostPlatform) ''
    for shell in bash fish zsh; do
      $out/bin/talos-image completion $shell >talos-image.$shell
    done
    installShellCompletion talos-image.{bash,fish,zsh}
  '';

  meta = {
    description = "Builds Talos Linux snapshots in Hetzner Cloud";
    homepage = "${own.homepage}";
    license = lib.licenses.asl20;
    mainProgram = "talos-image";
    platforms = builtins.attrNames sources;
    sourceProvenance = [ lib.sourceTypes.binaryNativeCode ];
  };
}
`
}
