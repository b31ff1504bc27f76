/** `shutdown` of the rescue system: busybox has the others, `poweroff`, `halt` and `reboot`, but not this one. */
export const SHUTDOWN_SCRIPT = `#!/bin/sh
command=poweroff
delay=60
for word; do
  case $word in
    -r | --reboot) command=reboot ;;
    -h | -P | -H | --poweroff | --halt) command=poweroff ;;
    now | +0) delay=0 ;;
    +[1-9]*) delay=$((\${word#+} * 60)) ;;
    -*) echo "shutdown: this rescue system knows -h, -P, -H and -r, not $word" >&2; exit 1 ;;
    [0-9]*) echo 'shutdown: this rescue system knows now and +MINUTES, no time of day' >&2; exit 1 ;;
    *) break ;; # a message for users
  esac
done
setsid busybox "$command" -d "$delay" </dev/null >/dev/null 2>&1 &
`
