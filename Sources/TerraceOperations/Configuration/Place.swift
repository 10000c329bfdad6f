/// Where something stands in a file: line and column, both from 1; columns count Unicode scalars.
public struct Place: Hashable, Comparable, Sendable {
    /// The line, from 1.
    public let line: Int
    /// The column, from 1.
    public let column: Int

    /// The place at `line` and `column`.
    public init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    /// Orders as one reads.
    public static func < (left: Place, right: Place) -> Bool {
        left.line == right.line ? left.column < right.column : left.line < right.line
    }
}
