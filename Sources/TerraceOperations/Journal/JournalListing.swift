internal import Glibc
public import TerraceStorage

/// Shows a journal: a line a record.
public struct JournalListing: Sendable {
    private let folder: String
    private let filter: JournalFilter
    private let last: Int?
    private let follows: Bool

    /// The rows of the journal in `folder` that `filter` wants; only the `last` ones where that is not nil; and, where it `follows`, those
    /// that are added, for as long as somebody reads.
    public init(folder: String, filter: JournalFilter, last: Int?, follows: Bool) {
        self.folder = folder
        self.filter = filter
        self.last = last
        self.follows = follows
    }

    /// Writes the lines to standard output, until there are no more, or nobody reads them. Blocks.
    ///
    /// - Parameter note: Takes what a person should know beside.
    /// - Returns: How many lines were written.
    /// - Throws: `JournalError` where the journal can't be read or is damaged; what came before is written.
    @discardableResult
    public func run(note: (String) -> Void) throws -> Int {
        let browser = try JournalBrowser(folder: self.folder, filter: self.filter)
        let output = JournalOutput(try OutputFile(path: "/dev/stdout"))
        var count = 0
        defer { try? output.finish() }
        if let last = self.last {
            for row in try browser.last(last) {
                count += 1
                if try !output.add(row.line + "\n") { return count }
            }
        }
        var isToEnd = self.last == nil || self.follows
        while isToEnd {
            while let row = try browser.next() {
                count += 1
                if try !output.add(row.line + "\n") { return count }
            }
            if try !output.flush() { return count }
            for text in browser.takeNotes() { note(text) }
            isToEnd = self.follows
            if isToEnd { usleep(100_000) }
        }
        return count
    }
}
