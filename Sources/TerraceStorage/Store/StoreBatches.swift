import TerraceCore

/// A question about some pairs, whose answer is rows that each belong to one of them.
protocol PairQuestion: Hashable, Sendable {
    /// What the answer is made of.
    associatedtype Row: Sendable
    /// The pairs.
    var symbols: [String] { get set }
    /// The pair that a row belongs to.
    static func symbol(of row: Row) -> String
}

/// Questions about one pair each, of many who ask at about the same time: one query for all that differ in nothing but the pair.
final class StoreBatches<Question: PairQuestion>: Sendable {
    /// Asks the database, by a deadline.
    typealias Ask = @Sendable (Question, Deadline) async throws(DatabaseError) -> [Question.Row]

    /// A question, and by when its answer is wanted, which makes no other question of it.
    private struct Wish: Hashable, Sendable {
        var question: Question
        var deadline: Deadline
        static func == (left: Wish, right: Wish) -> Bool { left.question == right.question }
        func hash(into hasher: inout Hasher) { self.question.hash(into: &hasher) }
    }

    private let batcher: QueryBatcher<Wish, [Question.Row]>

    init(_ ask: @escaping Ask) {
        self.batcher = QueryBatcher { (wishes) async throws(DatabaseError) in try await Self.answers(to: wishes, ask) }
    }

    /// The answer to a question about one pair. Its query has until the latest of the deadlines of those who share it.
    func rows(for question: Question, by deadline: Deadline) async throws(DatabaseError) -> [Question.Row] {
        try await self.batcher.value(for: Wish(question: question, deadline: deadline)) ?? []
    }

    var statistics: QueryBatcherStatistics { self.batcher.statistics }

    private static func answers(
        to wishes: [Wish], _ ask: Ask
    ) async throws(DatabaseError) -> [Wish: [Question.Row]] {
        var groups: [Question: [Wish]] = [:]
        for wish in wishes {
            var common = wish.question
            common.symbols = []
            groups[common, default: []].append(wish)
        }
        var answers: [Wish: [Question.Row]] = [:]
        for (common, wishes) in groups {
            var question = common
            question.symbols = wishes.flatMap { $0.question.symbols }.sorted()
            let rows = try await ask(question, wishes.map { $0.deadline }.max() ?? .now)
            let bySymbol = Dictionary(grouping: rows) { Question.symbol(of: $0) }
            for wish in wishes { answers[wish] = wish.question.symbols.first.flatMap { bySymbol[$0] } ?? [] }
        }
        return answers
    }
}
