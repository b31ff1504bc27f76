/** Expressions as templates have them, and what they come to; Packer itself judges this list where it is installed. */

/** What the expressions may name. */
export const EXPRESSION_VARIABLES = `variable "name" { default = "talos" }
variable "count" { default = 3 }
variable "yes" { default = true }
variable "list" { default = ["a", "b", "c"] }
variable "empty" { default = "" }
variable "nothing" {
  type    = string
  default = null
}
variable "map" {
  default = {
    one = "1"
    two = "2"
  }
}
variable "hosts" { default = [{ name = "x", id = 1 }, { name = "y", id = 2 }] }
`

const D = '$'

/** An expression, and its value as JSON. */
export const EXPRESSIONS: readonly (readonly [string, unknown])[] = [
  ['"plain"', 'plain'],
  ['"a\\nb\\t\\"q\\" \\\\ \\u00e9"', 'a\nb\t"q" \\ é'],
  [`"${D}${D}{x} %%{y} ${D}5 100%"`, `${D}{x} %{y} ${D}5 100%`],
  [`"v-${D}{var.name}-${D}{var.count}-${D}{var.yes}"`, 'v-talos-3-true'],
  [`"${D}{var.list}"`, ['a', 'b', 'c']],
  [`"x ${D}{~ var.count ~} y"`, 'x3y'],
  [`"%{ if var.count == 3 }yes%{ else }no%{ endif }"`, 'yes'],
  [`"%{ for x in var.list }<${D}{x}>%{ endfor }"`, '<a><b><c>'],
  [`"${D}{upper("in \\"quotes\\"")}!"`, 'IN "QUOTES"!'],
  [
    `<<EOT\n%{ for x in var.list ~}\n  item ${D}{x}\n%{ endfor ~}\nend \\n\nEOT\n`,
    '  item a\n  item b\n  item c\nend \\n\n',
  ],
  [`<<-EOT\n    a ${D}{~ var.name ~}\n      b\n\n    c ${D}${D}{x}\n    EOT\n`, `atalos      b\n\nc ${D}{x}\n`],
  [`<<-EOT\n    first\n      second ${D}{var.name}\n    third\n  EOT\n`, 'first\n  second talos\nthird\n'],
  ['1 + 2 * 3 - 8 / 4', 5],
  ['7 % 4', 3],
  ['-(2 - 5)', 3],
  ['1.5 + 1', 2.5],
  ['!var.yes || (1 < 2 && 2 >= 2)', true],
  ['var.nothing == null', true],
  ['var.nothing != null ? var.nothing : "default"', 'default'],
  ['"1" == 1', false],
  ['[1, "a"] == [1, "a"]', true],
  ['var.yes ? 1 : "x"', '1'],
  ['var.list[1]', 'b'],
  ['var.map["two"]', '2'],
  ['var.map.one', '1'],
  ['var.hosts[0].name', 'x'],
  ['var.list[var.count - 1]', 'c'],
  ['var.hosts[*].name', ['x', 'y']],
  ['var.hosts.*.id', [1, 2]],
  ['[for x in var.list : upper(x)]', ['A', 'B', 'C']],
  [`[for i, x in var.list : "\${i}=\${x}" if x != "b"]`, ['0=a', '2=c']],
  ['{for k, v in var.map : v => k}', { 1: 'one', 2: 'two' }],
  ['{for h in var.hosts : "all" => h.name...}', { all: ['x', 'y'] }],
  [`{ a = 1, "b-\${var.name}" = [true, null] }`, { a: 1, 'b-talos': [true, null] }],
  ['substr("0123456789abcdef", 0, 4)', '0123'],
  ['substr("hello", 1, -1)', 'ello'],
  ['substr("hello", -3, 2)', 'll'],
  ['format("%s-%03d-%.2f-%t-%v-%%", var.name, 7, 1.5, true, 12)', 'talos-007-1.50-true-12-%'],
  ['format("%5s|%-5s|%q", "a", "b", "c")', '    a|b    |"c"'],
  ['replace("v1.2.3", ".", "-")', 'v1-2-3'],
  ['replace("v1.2.3", "/[0-9]+/", "x")', 'v1.2.3'],
  ['regex_replace("v1.12", "v([0-9]+)\\\\.([0-9]+)", "$1_$2")', '12'],
  [`regex_replace("v1.12", "v(?P<major>[0-9]+)\\\\.([0-9]+)", "${D}${D}{major}_${D}${D}{2}$$")`, '1_12$'],
  ['lower("AbC")', 'abc'],
  ['title("hello world")', 'Hello World'],
  ['trimspace("  x \\n")', 'x'],
  ['trimprefix("v1.2", "v")', '1.2'],
  ['trimsuffix("a.raw.xz", ".xz")', 'a.raw'],
  ['trim("--x--", "-")', 'x'],
  ['join(",", ["a", "b"])', 'a,b'],
  ['join("-", ["a"], ["b", "c"])', 'a-b-c'],
  ['split(",", "a,b")', ['a', 'b']],
  ['coalesce(var.nothing, "x")', 'x'],
  ['contains(var.list, "b")', true],
  ['length("héé")', 3],
  ['length(var.list)', 3],
  ['length(var.map)', 2],
  ['merge({ a = 1 }, { b = 2, a = 3 })', { a: 3, b: 2 }],
  ['lookup(var.map, "three", "none")', 'none'],
  ['lookup(var.map, "one", "none")', '1'],
  ['concat(var.list, ["d"])', ['a', 'b', 'c', 'd']],
  ['element(var.list, 4)', 'b'],
  ['keys(var.map)', ['one', 'two']],
  ['values(var.map)', ['1', '2']],
  ['reverse(var.list)', ['c', 'b', 'a']],
  ['sort(["b", "a"])', ['a', 'b']],
  ['distinct(["a", "b", "a"])', ['a', 'b']],
  ['compact(["a", "", "b"])', ['a', 'b']],
  ['flatten([["a"], ["b", ["c"]]])', ['a', 'b', 'c']],
  ['slice(var.list, 1, 3)', ['b', 'c']],
  ['zipmap(["a", "b"], [1, 2])', { a: 1, b: 2 }],
  ['max(1, 5, 3)', 5],
  ['min(4, 2)', 2],
  ['abs(-2)', 2],
  ['ceil(1.2)', 2],
  ['floor(1.8)', 1],
  ['parseint("ff", 16)', 255],
  ['formatdate("YYYY-MM-DD hh:mm:ss", "2026-08-01T12:03:04Z")', '2026-08-01 12:03:04'],
  ['formatdate("DD MMM YY \'at\' h:m AA EEE", "2026-08-01T15:03:04Z")', '01 Aug 26 at 15:3 PM Sat'],
  ['timeadd("2026-08-01T12:00:00Z", "1h30m")', '2026-08-01T13:30:00Z'],
  ['sha256("a")', 'ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb'],
  ['md5("a")', '0cc175b9c0f1b6a831c399e269772661'],
  ['base64encode("hi")', 'aGk='],
  ['base64decode("aGk=")', 'hi'],
  ['urlencode("a b/c")', 'a+b%2Fc'],
  ['jsonencode({ b = [1, null], a = "x" })', '{"a":"x","b":[1,null]}'],
  ['jsondecode("{\\"a\\":[1]}")', { a: [1] }],
  ['try(var.map.nope, "fallback")', 'fallback'],
  ['can(var.map.nope)', false],
  ['can(var.map.one)', true],
  ['chomp("a\\n")', 'a'],
  ['indent(2, "a\\nb")', 'a\n  b'],
]
