/// The right word for a wrong one.
enum NearestWord {
    /// How many words are compared; among more, none is given.
    private static let wordLimit = 500

    /// The word of `words` that takes the fewest edits from `word`, where these are few: a third of its letters, one at least.
    static func of(_ word: String, among words: [String]) -> String? {
        let wrong = Array(word.lowercased().unicodeScalars)
        guard !wrong.isEmpty, wrong.count <= 64, words.count <= self.wordLimit else { return nil }
        var best: (word: String, distance: Int)?
        for candidate in words where candidate.unicodeScalars.count <= 64 {
            let distance = self.distance(wrong, Array(candidate.lowercased().unicodeScalars))
            let longest = max(wrong.count, candidate.unicodeScalars.count)
            if distance <= max(1, longest / 3), distance < longest, distance < best?.distance ?? .max {
                best = (candidate, distance)
            }
        }
        return best?.word
    }

    /// `; did you mean "…"?`, or nothing, or the words themselves where they are few and none is near.
    static func hint(_ word: String, among words: [String], listsThem: Bool = false) -> String {
        if let nearest = self.of(word, among: words) { return "; did you mean \"\(nearest)\"?" }
        guard listsThem, !words.isEmpty, words.count <= 16 else { return "" }
        return ": it is one of \(words.joined(separator: ", "))"
    }

    /// Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment distance).
    private static func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
        var beforeLast = [Int](repeating: 0, count: right.count + 1)
        var last = Array(0...right.count)
        for i in 0..<left.count {
            var row = [i + 1]
            row.reserveCapacity(right.count + 1)
            for j in 0..<right.count {
                let cost = left[i] == right[j] ? 0 : 1
                var best = min(row[j] + 1, last[j + 1] + 1, last[j] + cost)
                if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] {
                    best = min(best, beforeLast[j - 1] + 1)
                }
                row.append(best)
            }
            beforeLast = last
            last = row
        }
        return last[right.count]
    }
}
