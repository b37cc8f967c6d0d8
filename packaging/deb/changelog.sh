#!/usr/bin/env bash
# Writes CHANGELOG.md as a Debian change log; each version says its day. DEBFULLNAME and DEBEMAIL say who answers for it.
set -euo pipefail
cd "$(dirname "$0")/../.."
maintainer="$DEBFULLNAME <$DEBEMAIL>"

day='' item=''
end_item() {
	[ -z "$item" ] || fold -s -w 74 <<<"$item" | sed '1s/^/  * /; 2,$s/^/    /; s/ *$//'
	item=''
}

end_version() {
	end_item
	[ -z "$day" ] || printf '\n -- %s  %s\n\n' "$maintainer" "$(LC_ALL=C date -u -R -d "$day")"
}

while IFS= read -r line; do
	case $line in
	'## '*)
		end_version
		read -r _ version day <<<"$line"
		day=${day//[()]/}
		printf 'nfqlb (%s) unstable; urgency=medium\n\n' "$version"
		;;
	'- '*)
		end_item
		item=${line#- }
		;;
	'  '*) item+=" ${line#  }" ;;
	esac
done < <(sed -E 's/ \(\[[^]]*\]\([^)]*\)\)//g; s/`//g' CHANGELOG.md)
end_version
