public import TerraceStorage

/// What `terrace journal verify` says.
public struct JournalVerdict: Sendable {
    private let verification: JournalVerification
    private let folder: String

    /// The words for `verification` of the journal in `folder`.
    public init(_ verification: JournalVerification, folder: String) {
        self.verification = verification
        self.folder = folder
    }

    /// A line a segment, then the sum, then what should be known.
    public var lines: [String] {
        var lines = self.verification.segments.map { segment in
            let name = segment.file.split(separator: "/").last.map { String($0) } ?? segment.file
            var line =
                "\(name)  records \(segment.records) (\(segment.first) to \(segment.last))  bytes \(segment.bytes)"
            if let from = segment.from, let to = segment.to { line += "  \(UTCTime.text(from)) to \(UTCTime.text(to))" }
            return line + (segment.isSound ? "  sound" : "  DAMAGED")
        }
        let all = self.verification
        var sum = "\(self.folder): \(all.segments.count) segments, \(all.records) records, \(all.bytes) bytes"
        if let first = all.segments.first(where: { $0.records > 0 }),
            let last = all.segments.last(where: { $0.records > 0 })
        {
            sum += "; records \(first.first) to \(last.last)"
            if let from = first.from, let to = last.to { sum += ", \(UTCTime.text(from)) to \(UTCTime.text(to))" }
        }
        lines.append(sum)
        lines += all.notes.map { "note: \($0)" }
        lines.append(all.isSound ? "sound" : "DAMAGED at \(all.faults.count) place\(all.faults.count == 1 ? "" : "s")")
        return lines
    }
}
