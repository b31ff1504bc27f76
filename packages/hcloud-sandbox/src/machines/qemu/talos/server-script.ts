/** What answers on port 50000 in a machine that booted an emulated Talos disk. */

/** Where it lies in its system. */
export const SERVER_PATH = 'usr/bin/answer'

/** What it says on its console when it answers. */
export const ANSWERING_MESSAGE = 'talos-image talos: port 50000 answers'

/**
 * Reads what the disk says of itself, and answers as Talos does in that manner: TLS 1.3 with a certificate that it makes now,
 * HTTP/2, gRPC. Reads are those that a boot can be proven with; everything else is not implemented.
 *
 * Field numbers: siderolabs/talos, api/machine/machine.proto and api/resource/definitions; cosi-project/specification,
 * proto/v1alpha1 (2026).
 *
 * Arguments: the device of the META partition, the port, the console.
 */
export const SERVER_SCRIPT = String.raw`#!/usr/bin/perl
use strict;
use warnings;
use Net::SSLeay;
use Protocol::HTTP2::Server;
use Socket;

my ($meta, $port, $console) = @ARGV;
open(my $disk, '<:raw', $meta) or die "cannot read $meta: $!\n";
my $line = <$disk>;
my ($boots) = $line =~ /"boots":(\w+)/;
my %says = $line =~ /"(\w+)":"([^"]*)"/g;
my ($list) = $line =~ /"extensions":\[([^\]]*)\]/;
my @extensions = $list =~ /"([^"]*)"/g;
die "the disk says that it does not boot\n" unless $boots eq 'true';
my $arch = $says{architecture} eq 'arm' ? 'arm64' : 'amd64';

# Protocol buffers: fields of texts and messages, and whole numbers.
sub number { my $n = shift; my $bytes = ''; while ($n > 127) { $bytes .= chr($n & 127 | 128); $n >>= 7 } $bytes . chr($n) }
sub field { my ($at, $value) = @_; length($value) ? number($at << 3 | 2) . number(length $value) . $value : '' }
sub texts { my ($message, %texts) = @_;
  while (length $message) {
    my $read = sub { my ($n, $shift) = (0, 0); while (1) { my $byte = ord substr($message, 0, 1, ''); $n |= ($byte & 127) << $shift; return $n if $byte < 128; $shift += 7 } };
    my $key = $read->();
    my $value = ($key & 7) == 2 ? substr($message, 0, $read->(), '') : $read->();
    $texts{$key >> 3} = $value;
  }
  %texts }

sub resource { my ($type, $id, $spec, $yaml) = @_;
  my $about = field(1, 'runtime') . field(2, $type) . field(3, $id) . field(4, '1') . field(6, 'running');
  field(1, $about) . field(2, field(1, $spec) . field(2, $yaml)) }

sub extension { my ($id, $name, $version, $author) = @_;
  my $about = field(1, $name) . field(2, $version) . field(3, $author);
  resource('ExtensionStatuses.runtime.talos.dev', $id, field(1, "$id.sqsh") . field(2, $about),
    "image: $id.sqsh\nmetadata:\n    name: $name\n    version: $version\n") }

# Hetzner's servers have their ID as the serial number of the machine.
my $instance = '';
if (open(my $serial, '<', '/sys/class/dmi/id/product_serial')) { $instance = <$serial> // ''; chomp $instance }

my $next = 0;
my %resources = (
  'ExtensionStatuses.runtime.talos.dev' => [
    (map { extension($next++, s{.*/}{}r, $says{version}, 'Sidero Labs') } @extensions),
    extension($next, 'schematic', $says{schematicId}, 'Image Factory'),
  ],
  'PlatformMetadatas.talos.dev' => [
    resource('PlatformMetadatas.talos.dev', 'platformmetadata', field(1, $says{platform}) . field(6, $instance),
      "platform: $says{platform}\n" . ($instance eq '' ? '' : qq(instanceId: "$instance"\n))),
  ],
);
# A resource of its own since 1.14, beside the extension that it is, too.
my ($minor) = $says{version} =~ /^v1\.(\d+)/;
my $schematics = 'ImageFactorySchematics.runtime.talos.dev';
$resources{$schematics} = [
  resource($schematics, 'schematic', field(1, $says{schematicId}), "schematicId: $says{schematicId}\n"),
] if ($minor // 0) >= 14;

my ($NOT_FOUND, $PERMISSION_DENIED, $UNIMPLEMENTED) = (5, 7, 12);
# Gives a status, a text, and the messages of the answer.
sub answer { my ($path, $message) = @_;
  my %asked = texts($message, 1 => '', 2 => '', 3 => '');
  if ($path eq '/machine.MachineService/Version' && $says{answers} eq 'version') {
    my $version = field(1, $says{version}) . field(5, 'linux') . field(6, $arch);
    my $platform = field(1, $says{platform}) . field(2, $says{platform} eq 'metal' ? 'metal' : 'cloud');
    return (0, '', field(1, field(2, $version) . field(3, $platform)));
  }
  if ($path =~ m{^/cosi\.resource\.State/(List|Get)$}) {
    my $found = $resources{$asked{2}} or return ($PERMISSION_DENIED, qq(resource type "$asked{2}" is not supported));
    return (0, '', map { field(1, $_) } @$found) if $1 eq 'List';
    my ($one) = grep { my %whole = texts($_); my %about = texts($whole{1}); $about{3} eq $asked{3} } @$found;
    return (0, '', field(1, $one)) if defined $one;
    return ($NOT_FOUND, "resource $asked{2}($asked{1}/$asked{3}) doesn't exist");
  }
  return ($UNIMPLEMENTED, 'API is not implemented in maintenance mode') }

sub respond { my ($server, $stream, $headers, $body) = @_;
  my %headers = @$headers;
  my ($status, $text, @messages) = answer($headers{':path'} // '', substr($body // '', 5));
  my @end = ('grpc-status' => $status, 'grpc-message' => $text);
  my @begin = (':status' => 200, 'content-type' => 'application/grpc');
  my $connection = $server->{con};
  return $connection->send_headers($stream, [@begin, @end], 1) unless @messages;
  $connection->send_headers($stream, \@begin, 0);
  $connection->send_data($stream, join('', map { pack('CN', 0, length) . $_ } @messages), 0);
  $connection->send_headers($stream, \@end, 1) }

sub make_identity { my ($context) = @_;
  my $key = Net::SSLeay::EVP_PKEY_new();
  Net::SSLeay::EVP_PKEY_assign_EC_KEY($key, Net::SSLeay::EC_KEY_generate_key('prime256v1'));
  my $certificate = Net::SSLeay::X509_new();
  Net::SSLeay::X509_set_version($certificate, 2);
  Net::SSLeay::ASN1_INTEGER_set(Net::SSLeay::X509_get_serialNumber($certificate), 1 + int rand 1 << 30);
  # The clock of a machine may be some hours off.
  Net::SSLeay::X509_gmtime_adj(Net::SSLeay::X509_get_notBefore($certificate), -86_400);
  Net::SSLeay::X509_gmtime_adj(Net::SSLeay::X509_get_notAfter($certificate), 86_400);
  for my $name (Net::SSLeay::X509_get_subject_name($certificate), Net::SSLeay::X509_get_issuer_name($certificate)) {
    Net::SSLeay::X509_NAME_add_entry_by_txt($name, 'O', 0x1001, 'talos');
  }
  Net::SSLeay::X509_set_pubkey($certificate, $key);
  Net::SSLeay::X509_sign($certificate, $key, Net::SSLeay::EVP_get_digestbyname('sha256'));
  Net::SSLeay::CTX_use_certificate($context, $certificate) && Net::SSLeay::CTX_use_PrivateKey($context, $key) }

sub serve { my ($client, $context) = @_;
  my $tls = Net::SSLeay::new($context);
  Net::SSLeay::set_fd($tls, fileno $client);
  return if Net::SSLeay::accept($tls) != 1;
  my $server;
  $server = Protocol::HTTP2::Server->new(on_request => sub { respond($server, @_) });
  while (1) {
    while (my $frame = $server->next_frame) { Net::SSLeay::write($tls, $frame) }
    my $bytes = Net::SSLeay::read($tls, 16_384);
    last unless defined $bytes && length $bytes;
    $server->feed($bytes);
  } }

Net::SSLeay::load_error_strings();
Net::SSLeay::SSLeay_add_ssl_algorithms();
my $context = Net::SSLeay::CTX_new_with_method(Net::SSLeay::TLS_server_method());
Net::SSLeay::CTX_set_min_proto_version($context, Net::SSLeay::TLS1_3_VERSION());
Net::SSLeay::CTX_set_alpn_select_cb($context, ['h2']);
make_identity($context) or die "there is no certificate\n";
# No authority is known here that could have signed what a client shows.
Net::SSLeay::CTX_set_verify($context, Net::SSLeay::VERIFY_PEER() | Net::SSLeay::VERIFY_FAIL_IF_NO_PEER_CERT()) if $says{answers} eq 'configured';
socket(my $listener, PF_INET, SOCK_STREAM, 0) or die "there is no socket: $!\n";
setsockopt($listener, SOL_SOCKET, SO_REUSEADDR, 1);
bind($listener, sockaddr_in($port, INADDR_ANY)) && listen($listener, 100) or die "cannot listen: $!\n";
open(my $screen, '>', $console) or die "$console: $!\n";
print $screen "${ANSWERING_MESSAGE}\n";
close $screen;
$SIG{CHLD} = $SIG{PIPE} = 'IGNORE';
while (1) {
  accept(my $client, $listener) or next;
  my $child = fork;
  next if !defined $child || $child > 0;
  serve($client, $context);
  exit;
}
`
