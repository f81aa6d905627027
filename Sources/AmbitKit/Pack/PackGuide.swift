internal import Controls
internal import Integrity
internal import KubeModel

/// `VERIFY.md`: how someone without Ambit finds out whether a pack is what it says.
///
/// Its commands are run as they stand, in the order in which they stand, by a test and by auditors.
struct PackGuide {
  /// What a report tells its reader to do.
  static let commands = ["ambit verify .", "sha256sum --check --strict SHA256SUMS", "less VERIFY.md"]

  private let request: PackRequest
  private let heads: PackHeads
  private let keys: HistoryKeys
  private let integrity: RecordFacts.Integrity

  init(_ request: PackRequest, _ heads: PackHeads, _ keys: HistoryKeys, _ integrity: RecordFacts.Integrity) {
    self.request = request
    self.heads = heads
    self.keys = keys
    self.integrity = integrity
  }

  /// That of a pack whose names were taken out.
  static let redacted = PackFile(
    "VERIFY.md",
    Array(
      """
      # How to verify this pack

      Names were replaced by pseudonyms in this pack, and text that could hold names was left out. Every count, verdict, time,
      commit and state digest is that of the full pack. You need sha256sum:

      ```sh
      set -eu
      export LC_ALL=C
      sha256sum --check --strict --quiet SHA256SUMS
      cut -c 67- SHA256SUMS | sort > "${TMPDIR:-/tmp}/named.$$"
      find . -type f ! -path ./SHA256SUMS | sed 's|^\\./||' | sort | cmp - "${TMPDIR:-/tmp}/named.$$"
      rm "${TMPDIR:-/tmp}/named.$$"
      echo "Every file is the one that was summed."
      ```

      What can no longer be checked, as the history and the originals are not in this pack:

      - that the commits in `heads.txt` and the state digests in `states.txt` are of a history that is whole;
      - that verdicts, findings and the population follow from it;
      - that commits are signed by the keys in `keys.txt`;
      - that a sample's changes are what they are said to be; the draw itself can be repeated from `population/made.txt`.

      Ask the owner to show the full pack to someone whom you trust: its commits and state digests are those that stand here. The
      owner keeps the key to the pseudonyms, and can tell what each stands for.

      """.utf8), PackFile.MediaType.markdown)

  var file: PackFile { PackFile("VERIFY.md", Array(text.utf8), PackFile.MediaType.markdown) }

  /// What shows that the history is the one that was recorded, in a sentence.
  static func rest(_ integrity: RecordFacts.Integrity) -> String {
    integrity.anchors.isEmpty
      ? "Nothing outside of the operator's hands holds this history: that it was not made anew rests on the operator."
      : "Outside of the operator's hands: \(integrity.anchors.joined(separator: "; ")). Ask those who keep it."
  }

  private var text: String {
    ([opening, sums, history, states, objects] + (isPeriod ? [population] : []) + [signatures, limits])
      .joined(separator: "\n")
  }

  private var isPeriod: Bool { if case .period = request.when { true } else { false } }

  // MARK: Sections

  private var opening: String {
    """
    # How to verify this pack

    You need a shell, git, sha256sum and, for signatures, ssh-keygen; you do not need Ambit. Unpack the archive, go into
    the folder `pack`, and run each block below in the order in which they stand, in one shell that was told to stop at
    errors:

    ```sh
    set -eu
    export LC_ALL=C GIT_NO_REPLACE_OBJECTS=1 GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
    work=$(mktemp -d)
    store=$work/history.git
    ```

    Whoever has Ambit runs `ambit verify .` here: it does all of this, and makes every file again from the history.

    """
  }

  private var sums: String {
    """
    ## 1. Every file is the one that was summed, and none is more or less

    ```sh
    sha256sum --check --strict --quiet SHA256SUMS
    find . -type f ! -path ./SHA256SUMS | sed 's|^\\./||' | sort > "$work/there"
    cut -c 67- SHA256SUMS | sort | cmp - "$work/there"
    test -z "$(find . ! -type f ! -type d)"
    ```

    `MANIFEST.json` says of each file what it is, and for which controls it stands.

    """
  }

  private var history: String {
    """
    ## 2. The history is whole

    `history.bundle` is the history that everything here is told from, as git keeps it, from its first commit on. It clones
    into an empty folder; `heads.txt` tells where each of its lines ends.

    ```sh
    git clone --quiet --mirror history.bundle "$store"
    git -C "$store" -c core.commitGraph=false fsck --full --strict
    git -C "$store" for-each-ref --format='%(objectname) %(refname)' | cmp - heads.txt
    ```

    """
  }

  private var states: String {
    """
    ## 3. The states that were judged are what their commits say

    git's own names rest on SHA-1. Each state has a digest that rests on SHA-256: of a folder, over the sorted lines of what
    it holds. `states.txt` has the digest, the commit and the cluster of each state that verdicts were reached on.

    ```sh
    digest() (
      cd "$1"
      for entry in * .[!.]*; do
        if [ -d "$entry" ]; then
          printf '%s  %s/\\n' "$(digest "$entry")" "$entry"
        elif [ -f "$entry" ]; then
          printf '%s  %s\\n' "$(sha256sum < "$entry" | cut -c 1-64)" "$entry"
        fi
      done | sort | sha256sum | cut -c 1-64
    )
    while read -r sum commit cluster; do
      mkdir "$work/state"
      git -C "$store" archive "$commit" | tar -x -C "$work/state"
      test "$(digest "$work/state")" = "$sum"
      test "$(git -C "$store" log -1 --format='%(trailers:key=Ambit-State-SHA256,valueonly,separator=)' "$commit")" = "$sum"
      git -C "$store" merge-base --is-ancestor "$commit" "refs/heads/$cluster"
      rm -rf "$work/state"
    done < states.txt
    ```

    """
  }

  private var objects: String {
    """
    ## 4. The objects behind findings are those of the history

    `objects/paths.txt` has the name that git gives a file's bytes, the commit, and the path at which they stood in it.

    ```sh
    while read -r blob commit path; do
      test "$(git hash-object --no-filters "objects/$blob.yaml")" = "$blob"
      test "$(git -C "$store" rev-parse "$commit:$path")" = "$blob"
    done < objects/paths.txt
    ```

    """
  }

  private var population: String {
    var text = """
      ## 5. The population of changes is complete

      `population/ids.txt` names every change of the period by its commit and path. git finds the same: each path that differs
      between a snapshot of the period and the one before it.

      ```sh

      """
    if case .period(let range) = request.when {
      func bound(_ time: Int64) -> String { String(Moment(milliseconds: time).text.dropLast()) }
      let clusters = request.clusters.filter { cluster in heads.heads.contains { $0.reference == "refs/heads/\(cluster)" } }
      text += """
        for cluster in \(clusters.joined(separator: " ")); do
          git -C "$store" log --first-parent --reverse \\
            --format='%H %(trailers:key=Ambit-Captured-To,valueonly,separator=)' "refs/heads/$cluster"
        done | sed 's/Z$//' |
          awk -v from=\(bound(range.lowerBound)) -v to=\(bound(range.upperBound)) '$2 >= from && $2 < to { print $1 }' > "$work/commits"
        while read -r commit; do
          git -C "$store" diff-tree --root -r --no-commit-id --no-renames --name-only "$commit" |
            sed "s|^|$commit:|"
        done < "$work/commits" | sort -u > "$work/population"
        sort population/ids.txt | cmp - "$work/population"
        for cluster in \(clusters.joined(separator: " ")); do
          git -C "$store" rev-list --max-parents=0 "refs/heads/$cluster" | sed 's/^/^/; s/$/:/'
        done > "$work/beginnings"
        grep -v -f "$work/beginnings" population/ids.txt > "$work/made" || true
        cmp population/made.txt "$work/made"
        ```

        `population/made.txt` is without what was there already when a record began.

        `population/QUERY.txt` has the question and the counts, `population/reconciliation.csv` the counts by two other ways and
        every difference with its class. A difference of class `unexplained` is no pass.

        """
    }
    if let sample = request.sample {
      text += """

        The sample was drawn by the seed `\(sample.seed)`, in the order of the SHA-256 of the seed and the change's id. You gave
        that seed once you had been told the SHA-256 of `population/changes.csv`: put what you were told into `POPULATION`, and
        what is not named is not checked. `sample/001` and so on have what is known of each change.

        ```sh
        test -z "${POPULATION:-}" || test "$(sha256sum < population/changes.csv | cut -c 1-64)" = "$POPULATION"
        while read -r id; do
          printf '%s %s\\n' "$(printf '%s %s\\n' '\(sample.seed)' "$id" | sha256sum | cut -c 1-64)" "$id"
        done < population/made.txt | sort > "$work/drawn"
        head -n \(sample.size) "$work/drawn" | cut -d ' ' -f 2- | cmp - \(PackSample.list)
        ```

        """
    }
    return text
  }

  private var signatures: String {
    let count = keys.signed.values.reduce(0, +)
    let signed = count == 0
      ? "No commit of this history is signed."
      : """
        \(count) commits are signed, \(keys.unsigned) are not. The keys that signed are in `keys.txt`: how many commits, and the
        fingerprint. Who holds them this pack cannot tell: have the list of allowed signers from the owner another way.
        """
    return """
      ## \(isPeriod ? 6 : 5). Signatures

      \(signed)

      Put the path of a list of allowed signers (ssh-keygen(1), "ALLOWED SIGNERS") that you did not get with this pack into
      `ALLOWED_SIGNERS`, and the path of the pack's signature, which lies beside the archive, into `PACK_SIGNATURE`; what is
      not named is not checked.

      ```sh
      if [ -n "${ALLOWED_SIGNERS:-}" ]; then
        git -C "$store" for-each-ref --format='%(refname)' | while read -r ref; do
          git -C "$store" -c gpg.format=ssh -c gpg.ssh.allowedSignersFile="$ALLOWED_SIGNERS" log --format='%G?' "$ref"
        done > "$work/verdicts"
        sort "$work/verdicts" | uniq -c
        test "$(wc -l < "$work/verdicts")" -eq \(count + keys.unsigned + keys.unreadable)
        test -z "$(grep -v '^[GN]$' "$work/verdicts")"
        test "$(grep -c '^N$' "$work/verdicts" || true)" -eq \(keys.unsigned)
      fi
      if [ -n "${ALLOWED_SIGNERS:-}" ] && [ -n "${PACK_SIGNATURE:-}" ]; then
        signer=$(ssh-keygen -Y find-principals -s "$PACK_SIGNATURE" -f "$ALLOWED_SIGNERS" | head -n 1)
        ssh-keygen -Y verify -n file -s "$PACK_SIGNATURE" -f "$ALLOWED_SIGNERS" -I "$signer" < SHA256SUMS
      fi
      ```

      """
  }

  private var limits: String {
    """
    ## What this shows, and what not

    ```sh
    rm -rf "$work"
    echo "The pack is what it says."
    ```

    - \(PackGuide.rest(integrity))
    - \(integrity.problems.isEmpty ? "`ambit verify` found nothing wrong with this history when the pack was made." : "When the pack was made, `ambit verify` found: \(integrity.problems.map(HiddenText.escaped).joined(separator: "; ")).")
    - That reports and results follow from the history, only `ambit verify .` shows: it makes them again.
    - Who made the pack, and when, stands beside it and not in it: the same history gives the same pack at any time.

    """
  }
}
