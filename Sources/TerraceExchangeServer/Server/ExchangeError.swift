/// Why an exchange can't be opened as it was asked for.
public enum ExchangeError: Error, Equatable, CustomStringConvertible {
    /// A symbol that there is no pair for.
    case unknownSymbol(String, known: [String])
    /// A symbol that stands in the list twice.
    case doubleSymbol(String)
    /// A number that is out of range, with what it may be.
    case outOfRange(String)
    /// A key that two accounts have.
    case doubleKey(String)

    /// What is wrong and what to do.
    public var description: String {
        switch self {
        case .unknownSymbol(let symbol, let known):
            "there is no pair \"\(symbol)\": choose from \(known.joined(separator: ", ")) and COINnUSDT with n from 28"
        case .doubleSymbol(let symbol): "symbol \"\(symbol)\" is given twice"
        case .outOfRange(let text): text
        case .doubleKey(let key): "the key \"\(key)\" is given to two accounts"
        }
    }
}
