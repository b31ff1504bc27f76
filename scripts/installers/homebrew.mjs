/** A formula for Homebrew: https://docs.brew.sh/Formula-Cookbook */

const SYSTEMS = { darwin: 'macos', linux: 'linux' }
const MACHINES = { arm64: 'arm', x64: 'intel' }

/**
 * @param {{ own: { version: string, homepage: string }, archives: readonly { target: string, url: string, sha256: string }[] }} release
 */
export function toFormula({ own, archives }) {
  const systems = Object.entries(SYSTEMS).flatMap(([system, name]) => {
    const machines = Object.entries(MACHINES).flatMap(([machine, of]) =>
      toMachine(archives, `${system}-${machine}`, of),
    )
    return machines.length === 0 ? [] : [`  on_${name} do\n${machines.join('\n')}\n  end\n`]
  })
  return `class TalosImage < Formula
  desc "Builds Talos Linux snapshots in Hetzner Cloud"
  homepage "${own.homepage}"
  version "${own.version}"
  license "Apache-2.0"

${systems.join('\n')}
  def install
    name = "talos-image-#{OS.mac? ? "darwin" : "linux"}-#{Hardware::CPU.arm? ? "arm64" : "x64"}"
    bin.install name => "talos-image"
    doc.install "#{name}.licenses.txt", "#{name}.cdx.json"
    generate_completions_from_executable(bin/"talos-image", "completion")
  end

  test do
    assert_equal version.to_s, shell_output("#{bin}/talos-image --version").strip
  end
end
`
}

function toMachine(archives, target, name) {
  const archive = archives.find((one) => one.target === target)
  if (archive === undefined) return []
  return [`    on_${name} do\n      url "${archive.url}"\n      sha256 "${archive.sha256}"\n    end`]
}
