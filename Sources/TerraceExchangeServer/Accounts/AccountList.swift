import TerraceCore

/// Accounts as a file lists them, one a line: `key:secret[:COIN=amount,COIN=amount[:right,right]]`.
///
/// Rights are `trade` and `withdraw`; without any part of rights an account may trade, with an empty one it may only look.
/// Accounts without balances are given plenty of every coin. `#` begins a comment where it begins a line.
public struct AccountList: Sendable {
    /// What is wrong with a list. It never repeats a secret.
    public struct TextError: Error, Equatable, CustomStringConvertible {
        /// Which line, from 1.
        public let line: Int
        /// What, and what would be right.
        public let reason: String
        /// Where and what.
        public var description: String { "line \(self.line): \(self.reason)" }
    }

    /// The most accounts that are taken.
    public static let most = 1_000

    /// In the order of the file.
    public private(set) var accounts: [AccountSettings] = []

    /// The accounts that `text` lists.
    ///
    /// - Throws: `TextError` where a line is no account, a key stands twice, or there is none.
    public init(_ text: String) throws(TextError) {
        var number = 0
        for line in text.split(omittingEmptySubsequences: false, whereSeparator: { $0.isNewline }) {
            number += 1
            let content = line.filter { !$0.isWhitespace }
            if content.isEmpty || content.hasPrefix("#") { continue }
            guard self.accounts.count < Self.most else {
                throw TextError(line: number, reason: "more than \(Self.most) accounts")
            }
            let account = try Self.account(content, number)
            guard !self.accounts.contains(where: { $0.key == account.key }) else {
                throw TextError(line: number, reason: "the key \"\(account.key)\" stands above already")
            }
            self.accounts.append(account)
        }
        if self.accounts.isEmpty { throw TextError(line: max(1, number), reason: "there is no account") }
    }

    private static func account(_ text: String, _ line: Int) throws(TextError) -> AccountSettings {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map { String($0) }
        guard (2...4).contains(parts.count), !parts[0].isEmpty, !parts[1].isEmpty, parts[0].utf8.count <= 128 else {
            throw TextError(line: line, reason: "an account is key:secret[:COIN=amount,...[:trade,withdraw]]")
        }
        var account = AccountSettings(key: parts[0], secret: parts[1])
        for balance in parts.count > 2 ? parts[2].split(separator: ",") : [] {
            let words = balance.split(separator: "=", omittingEmptySubsequences: false).map { String($0) }
            guard words.count == 2, !words[0].isEmpty, let amount = try? Amount(words[1]), amount >= .zero,
                amount.units <= DecimalText.powerOfTen(35)
            else {
                throw TextError(
                    line: line, reason: "\"\(balance)\" is no balance: COIN=amount, at most 10^15 with 20 decimals")
            }
            guard !account.balances.contains(where: { $0.coin == words[0] }) else {
                throw TextError(line: line, reason: "\(words[0]) is given twice")
            }
            account.balances.append((words[0], amount))
        }
        if parts.count == 4 {
            account.mayTrade = false
            for right in parts[3].split(separator: ",") {
                switch right {
                case "trade": account.mayTrade = true
                case "withdraw": account.mayWithdraw = true
                case "read": break
                default: throw TextError(line: line, reason: "\"\(right)\" is no right: read, trade, withdraw")
                }
            }
        }
        return account
    }
}
