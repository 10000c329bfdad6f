/// What is wrong with a message, as a reason that can be counted.
///
/// The first group says what the grammar wanted at the place where something else stood, the second which limit was
/// passed, the third what a well-formed message said that can't be.
public enum WireFault: UInt8, Sendable, CaseIterable {
    /// A value was due.
    case value
    /// `{` was due.
    case object
    /// `[` was due.
    case array
    /// A quoted text was due, without control characters, closed before the end.
    case text
    /// A whole number without sign, point or exponent, below 2^63, was due.
    case integer
    /// Decimal text such as `12.5`, or such a number, was due.
    case decimal
    /// A number as JSON writes it was due.
    case number
    /// `true` or `false` was due.
    case boolean
    /// `true`, `false` or `null` was due.
    case literal
    /// `:` was due.
    case colon
    /// `,` or the closing bracket was due.
    case separator
    /// An escape as JSON has it was due after `\`.
    case escape
    /// Nothing more was due: the message was over.
    case end

    /// Brackets are nested deeper than is let in.
    case nesting
    /// The message is longer than is let in.
    case tooLong
    /// More levels than are let in.
    case tooManyLevels

    /// A number has digits below the unit of its pair.
    case finerThanUnit
    /// A number is larger than what is let in.
    case tooLarge
    /// A price, quantity or id is below zero.
    case negative
    /// A price or a traded quantity is zero.
    case zero
    /// A moment is beyond what a `Timestamp` holds.
    case time
    /// A field stands twice in one object.
    case duplicateField
    /// A field that the message must have is not there.
    case missingField
    /// The first id of a change is above its last.
    case idsOutOfOrder
    /// The stream's name and the payload name different symbols.
    case symbolMismatch

    /// What the reader wanted, or which rule the message breaks.
    public var expectation: String {
        switch self {
        case .value: "expected a value"
        case .object: "expected an object"
        case .array: "expected an array"
        case .text: "expected a closed text in double quotes"
        case .integer: "expected a whole number below 2^63"
        case .decimal: "expected a decimal number such as 12.5"
        case .number: "expected a number"
        case .boolean: "expected true or false"
        case .literal: "expected true, false or null"
        case .colon: "expected a colon"
        case .separator: "expected a comma or a closing bracket"
        case .escape: "expected an escape such as \\n or \\u0041"
        case .end: "expected the end of the message"
        case .nesting: "brackets are nested too deep"
        case .tooLong: "the message is too long"
        case .tooManyLevels: "the message has too many levels"
        case .finerThanUnit: "the number has digits below the unit of its pair"
        case .tooLarge: "the number is too large for the unit of its pair"
        case .negative: "the number may not be negative"
        case .zero: "the number may not be zero"
        case .time: "the moment is out of range"
        case .duplicateField: "the field stands twice"
        case .missingField: "a field that must be there is missing"
        case .idsOutOfOrder: "the first id is above the last"
        case .symbolMismatch: "the stream and the payload name different symbols"
        }
    }
}
