import Foundation

/// The time that `strftime_now` tells: fixed by whoever renders, so that a prompt can be repeated.
package struct TemplateTime: Equatable, Sendable {
    package var year: Int
    package var month: Int
    package var day: Int
    package var hour: Int
    package var minute: Int
    package var second: Int

    package init(
        year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0
    ) {
        self.year = year
        self.month = month
        self.day = day
        self.hour = hour
        self.minute = minute
        self.second = second
    }

    /// The local time of the machine.
    package static var now: TemplateTime {
        let parts = Calendar(identifier: .gregorian).dateComponents(
            [.year, .month, .day, .hour, .minute, .second], from: Date())
        return TemplateTime(
            year: parts.year ?? 1970, month: parts.month ?? 1, day: parts.day ?? 1,
            hour: parts.hour ?? 0, minute: parts.minute ?? 0, second: parts.second ?? 0)
    }

    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September",
        "October", "November", "December",
    ]
    private static let weekdays = [
        "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
    ]

    /// Days since Sunday, by Zeller's congruence as Sakamoto wrote it.
    private var weekday: Int {
        let offsets = [0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4]
        let year = month < 3 ? year - 1 : year
        let sum = year + year / 4 - year / 100 + year / 400 + offsets[monthIndex] + day
        return ((sum % 7) + 7) % 7
    }

    private var monthIndex: Int { min(max(month - 1, 0), 11) }

    private var dayOfYear: Int {
        let before = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334]
        let isLeap = year.isMultiple(of: 4) && !year.isMultiple(of: 100) || year.isMultiple(of: 400)
        return before[monthIndex] + day + (isLeap && month > 2 ? 1 : 0)
    }

    /// By C's `strftime` in its own locale; nil for a directive that is not known here.
    func formatted(_ format: String) -> String? {
        func padded(_ value: Int, _ width: Int = 2, with pad: String = "0") -> String {
            let digits = String(value)
            return String(repeating: pad, count: max(0, width - digits.count)) + digits
        }
        let hour12 = (hour + 11) % 12 + 1
        var result = ""
        var rest = Substring(format).unicodeScalars
        while let scalar = rest.popFirst() {
            guard scalar == "%" else {
                result.unicodeScalars.append(scalar)
                continue
            }
            let plain = rest.first == "-"
            if plain { rest.removeFirst() }
            func number(_ value: Int, _ width: Int = 2, with pad: String = "0") -> String {
                plain ? String(value) : padded(value, width, with: pad)
            }
            switch rest.popFirst() {
            case "Y": result += String(year)
            case "y": result += number(year % 100)
            case "m": result += number(month)
            case "B": result += Self.months[monthIndex]
            case "b", "h": result += Self.months[monthIndex].prefix(3)
            case "d": result += number(day)
            case "e": result += number(day, with: " ")
            case "j": result += number(dayOfYear, 3)
            case "A": result += Self.weekdays[weekday]
            case "a": result += Self.weekdays[weekday].prefix(3)
            case "w": result += String(weekday)
            case "u": result += String(weekday == 0 ? 7 : weekday)
            case "H": result += number(hour)
            case "I": result += number(hour12)
            case "M": result += number(minute)
            case "S": result += number(second)
            case "p": result += hour < 12 ? "AM" : "PM"
            case "F": result += "\(year)-\(padded(month))-\(padded(day))"
            case "T": result += "\(padded(hour)):\(padded(minute)):\(padded(second))"
            case "R": result += "\(padded(hour)):\(padded(minute))"
            case "D": result += "\(padded(month))/\(padded(day))/\(padded(year % 100))"
            case "n": result += "\n"
            case "t": result += "\t"
            case "%": result += "%"
            default: return nil
            }
        }
        return result
    }
}
