"""NestJS: where routes are, which guards stand before them, and which of those a route passes by."""

from pathlib import Path

import pytest

from tests.reviewing import routes_of
from trustwright.review.model import Access

MAIN = """
import { NestFactory } from '@nestjs/core'
import { AppModule } from './app.module'
async function bootstrap() {
  const app = await NestFactory.create(AppModule)
  SETTINGS
  await app.listen(3000)
}
bootstrap()
"""
MODULE = """
import { Module } from '@nestjs/common'
import { APP_GUARD, RouterModule } from '@nestjs/core'
import { ThrottlerGuard } from '@nestjs/throttler'
import { AuthGuard, RolesGuard } from './auth'
import { CatsController } from './cats.controller'
@Module({ imports: [IMPORTS], controllers: [CatsController], providers: [PROVIDERS] })
export class AppModule {}
"""
AUTH = """
import { applyDecorators, CanActivate, Injectable, SetMetadata, UnauthorizedException, UseGuards } from '@nestjs/common'
import { Reflector } from '@nestjs/core'
export const IS_PUBLIC = 'isPublic'
export const Public = () => SetMetadata(IS_PUBLIC, true)
export const ROLES = 'roles'
export const Roles = (...roles: string[]) => SetMetadata(ROLES, roles)
export const Scopes = Reflector.createDecorator<string[]>()
@Injectable()
export class AuthGuard implements CanActivate {
  constructor(private reflector: Reflector) {}
  canActivate(context) {
    const open = this.reflector.getAllAndOverride<boolean>(IS_PUBLIC, [context.getHandler(), context.getClass()])
    if (open) {
      return true
    }
    if (!context.switchToHttp().getRequest().user) throw new UnauthorizedException()
    return true
  }
}
@Injectable()
export class RolesGuard implements CanActivate {
  constructor(private reflector: Reflector) {}
  canActivate(context) {
    const roles = this.reflector.get<string[]>(ROLES, context.getHandler())
    if (!roles || roles.length === 0) return true
    const { user } = context.switchToHttp().getRequest()
    if (!user) throw new UnauthorizedException()
    return roles.includes(user.role)
  }
}
@Injectable()
export class ScopesGuard implements CanActivate {
  constructor(private reflector: Reflector) {}
  canActivate(context) {
    const user = context.switchToHttp().getRequest().user
    if (!user) throw new UnauthorizedException()
    const scopes = this.reflector.get(Scopes, context.getHandler())
    if (!scopes) return true
    return scopes.every((scope) => user.scopes.includes(scope))
  }
}
export const Authenticated = (...roles: string[]) => applyDecorators(Roles(...roles), UseGuards(AuthGuard, RolesGuard))
"""
CATS = """
import { All, Controller, Delete, Get, Post, Sse, UseGuards } from '@nestjs/common'
import { Authenticated, AuthGuard, Public, Roles, RolesGuard, Scopes, ScopesGuard } from './auth'
HEAD
export class CatsController {
  BODY
}
"""


def app(
    body: str,
    head: str = "@Controller('cats')",
    *,
    settings: str = "",
    imports: str = "",
    providers: str = "",
    **more: str,
) -> dict[str, str]:
    """Return the files of an application with one controller; ``more`` maps file stems to texts."""
    return {
        "src/main.ts": MAIN.replace("SETTINGS", settings),
        "src/app.module.ts": MODULE.replace("IMPORTS", imports).replace("PROVIDERS", providers),
        "src/auth.ts": AUTH,
        "src/cats.controller.ts": CATS.replace("HEAD", head).replace("BODY", body),
        **{f"src/{name}.ts": text for name, text in more.items()},
    }


def names(folder: Path, files: dict[str, str]) -> set[str]:
    """Return the names of the routes found."""
    return set(routes_of(folder, files))


@pytest.mark.parametrize(
    ("head", "body", "expected"),
    [
        ("@Controller()", "@Get() find() {}", {"GET /"}),
        ("@Controller('cats')", "@Post(':id/toys') add() {}", {"POST /cats/{id}/toys"}),
        ("@Controller({ path: 'cats' })", "@Delete('/:id(\\\\d+)/') drop() {}", {"DELETE /cats/{id}"}),
        ("@Controller(['cats', 'dogs'])", "@Get(['a', 'b']) find() {}", {
            "GET /cats/a", "GET /cats/b", "GET /dogs/a", "GET /dogs/b"
        }),
        ("@Controller('cats')", "@All('*splat') any() {}", {"ANY /cats/{wildcard}"}),
        ("@Controller('cats')", "@Sse('events') events() {}", {"GET /cats/events"}),
        ("const PATH = 'ca' + 'ts'\n@Controller(PATH)", "@Get(`${PATH}/x`) find() {}", {"GET /cats/cats/x"}),
        ("enum Path { Cats = 'cats' }\n@Controller(Path.Cats)", "@Get() find() {}", {"GET /cats"}),
        ("@Controller(process.env.WHERE)", "@Get() find() {}", {"GET /{WHERE}"}),
    ],
)  # fmt: skip
def test_paths_of_controllers(tmp_path: Path, head: str, body: str, expected: set[str]) -> None:
    assert names(tmp_path, app(body, head)) == expected


def test_prefix_versions_and_what_they_leave_out(tmp_path: Path) -> None:
    settings = """
  app.setGlobalPrefix('api', { exclude: ['cats/health'] })
  app.enableVersioning({ type: VersioningType.URI, defaultVersion: '1' })"""
    body = "@Get() a() {} @Get('health') b() {} @Version('2') @Get('new') c() {}"
    body += " @Version(VERSION_NEUTRAL) @Get('n') d() {}"
    head = "import { Version, VERSION_NEUTRAL } from '@nestjs/common'\n@Controller('cats')"
    expected = {"GET /api/v1/cats", "GET /v1/cats/health", "GET /api/v2/cats/new", "GET /api/cats/n"}
    assert names(tmp_path, app(body, head, settings=settings)) == expected


def test_versions_that_are_not_in_the_path(tmp_path: Path) -> None:
    settings = "app.enableVersioning({ type: VersioningType.HEADER, header: 'v' })"
    assert names(tmp_path, app("@Get() a() {}", "@Controller({ path: 'cats', version: '1' })", settings=settings)) == {
        "GET /cats"
    }


def test_prefixes_of_modules(tmp_path: Path) -> None:
    imports = "RouterModule.register([{ path: 'admin', children: [{ path: 'zoo', module: AppModule }] }])"
    assert names(tmp_path, app("@Get() a() {}", imports=imports)) == {"GET /admin/zoo/cats"}


def test_inherited_routes_and_a_base_made_by_a_function(tmp_path: Path) -> None:
    base = """
import { Delete, Get } from '@nestjs/common'
export abstract class Base { @Get('all') all() {} @Get('one') one() {} }
export function Crud(dto) { class Made { @Delete(':id') remove() {} } return Made }
"""
    head = "import { Base } from './base'\n@Controller('cats')"
    files = app("one() {}", head, base=base)
    files["src/cats.controller.ts"] = files["src/cats.controller.ts"].replace(
        "CatsController {", "CatsController extends Base {"
    )
    assert names(tmp_path / "class", files) == {"GET /cats/all"}
    files["src/cats.controller.ts"] = files["src/cats.controller.ts"].replace("extends Base", "extends Crud(Dto)")
    files["src/cats.controller.ts"] = files["src/cats.controller.ts"].replace("{ Base }", "{ Crud }")
    assert names(tmp_path / "function", files) == {"DELETE /cats/{id}"}


def test_a_controller_in_no_module_is_no_route(tmp_path: Path) -> None:
    lost = "import { Controller, Get } from '@nestjs/common'\n@Controller('lost') export class Lost { @Get() a() {} }"
    dead = (
        "import { Module } from '@nestjs/common'\nimport { Lost } from './lost'\n"
        "@Module({ controllers: [Lost] }) export class Dead {}"
    )
    assert names(tmp_path, app("@Get() a() {}", lost=lost, dead=dead)) == {"GET /cats"}


def test_modules_listed_elsewhere_and_dynamic_ones(tmp_path: Path) -> None:
    more = {
        "dogs": "import { Controller, Get } from '@nestjs/common'\n"
        "@Controller('dogs') export class Dogs { @Get() a() {} }",
        "zoo": "import { Module, forwardRef } from '@nestjs/common'\nimport { Dogs } from './dogs'\n"
        "const controllers = [Dogs]\n@Module({}) export class Zoo {"
        " static forRoot() { return { module: Zoo, controllers: [...controllers] } } }",
    }
    files = app("@Get() a() {}", imports="forwardRef(() => Zoo), Zoo.forRoot()", **more)
    files["src/app.module.ts"] = "import { Zoo } from './zoo'\n" + files["src/app.module.ts"]
    assert names(tmp_path, files) == {"GET /cats", "GET /dogs"}


def test_modules_that_statements_add(tmp_path: Path) -> None:
    files = app("@Get() a() {}", imports="")
    dogs = (
        "import { Controller, Get } from '@nestjs/common/decorators'\n@Controller('dogs') class Dogs { @Get() a() {} }"
    )
    files["src/app.module.ts"] = (
        f"{files['src/app.module.ts']}\n{dogs}\n@Module({{ controllers: [Dogs] }}) class Zoo {{}}\n"
        "const modules = [AppModule].concat([])\nif (process.env.ZOO) { modules.push(Zoo) }\n"
        "if (process.env.NODE_ENV === 'test') { modules.push(Lab) }\n"
        "@Controller('lab') class Rats { @Get() a() {} }\n@Module({ controllers: [Rats] }) class Lab {}\n"
        "@Module({ imports: modules }) export class Root {}"
    )
    files["src/main.ts"] = files["src/main.ts"].replace("AppModule", "Root")
    assert names(tmp_path, files) == {"GET /cats", "GET /dogs"}


def test_an_application_that_does_not_listen_beside_one_that_does(tmp_path: Path) -> None:
    script = MAIN.replace("await app.listen(3000)", "await app.get(Cleaner).run()").replace("SETTINGS", "")
    files = app("@Get() a() {}", settings="app.setGlobalPrefix(`${process.env.BASE}api`)", clean=script)
    assert names(tmp_path, files) == {"GET /api/cats"}


def access(folder: Path, files: dict[str, str]) -> dict[str, tuple[str, str]]:
    """Return authentication and authorization by route."""
    return {
        name: (str(route.authentication.value), str(route.authorization.value))
        for name, route in routes_of(folder, files).items()
    }


ABSENT, ENFORCED, UNKNOWN = str(Access.ABSENT), str(Access.ENFORCED), str(Access.UNKNOWN)


def test_guards_of_method_and_class(tmp_path: Path) -> None:
    body = "@UseGuards(AuthGuard) @Get('a') a() {} @Get('b') b() {}"
    found = access(tmp_path / "method", app(body))
    assert (found["GET /cats/a"][0], found["GET /cats/b"][0]) == (ENFORCED, ABSENT)
    found = access(tmp_path / "class", app(body, "@UseGuards(AuthGuard)\n@Controller('cats')"))
    assert (found["GET /cats/a"][0], found["GET /cats/b"][0]) == (ENFORCED, ENFORCED)


GLOBAL = "{ provide: APP_GUARD, useClass: AuthGuard }"


@pytest.mark.parametrize(
    ("settings", "providers", "expected"),
    [
        ("", GLOBAL, ENFORCED),
        ("", "AuthGuard, { provide: APP_GUARD, useExisting: AuthGuard }", ENFORCED),
        ("", "{ provide: APP_GUARD, useFactory: (reflector) => new AuthGuard(reflector), inject: [] }", ENFORCED),
        ("app.useGlobalGuards(new AuthGuard(app.get(Reflector)))", "", ENFORCED),
        ("", "{ provide: APP_GUARD, useClass: ThrottlerGuard }", ABSENT),
        ("", f"...(process.env.SAFE ? [{GLOBAL}] : [])", UNKNOWN),
        ("if (process.env.SAFE) { app.useGlobalGuards(new AuthGuard()) }", "", UNKNOWN),
    ],
)
def test_global_guards_and_routes_marked_public(tmp_path: Path, settings: str, providers: str, expected: str) -> None:
    head = "import { AuthGuard as Unused } from './auth'\n@Controller('cats')"
    body = "@Get('a') a() {} @Public() @Get('b') b() {}"
    files = app(body, head, settings=settings, providers=providers)
    files["src/main.ts"] = "import { AuthGuard } from './auth'\n" + files["src/main.ts"]
    found = access(tmp_path, files)
    assert (found["GET /cats/a"][0], found["GET /cats/b"][0]) == (expected, ABSENT)


def test_a_class_marked_public(tmp_path: Path) -> None:
    assert access(tmp_path, app("@Get() a() {}", "@Public()\n@Controller('cats')", providers=GLOBAL)) == {
        "GET /cats": (ABSENT, ABSENT)
    }


def test_roles_count_only_where_they_are_named(tmp_path: Path) -> None:
    body = """
  @Get('any') any() {}
  @Roles('admin') @Get('admin') admin() {}
  @Roles() @Get('none') none() {}"""
    found = access(tmp_path, app(body, "@UseGuards(AuthGuard, RolesGuard)\n@Controller('cats')"))
    assert found == {
        "GET /cats/any": (ENFORCED, ABSENT),
        "GET /cats/admin": (ENFORCED, ENFORCED),
        "GET /cats/none": (ENFORCED, ABSENT),
    }


def test_what_a_guard_checks_before_it_looks_at_metadata_still_counts(tmp_path: Path) -> None:
    body = "@Get('any') any() {} @Scopes(['write']) @Get('scoped') scoped() {}"
    found = access(tmp_path, app(body, "@UseGuards(ScopesGuard)\n@Controller('cats')"))
    assert found == {"GET /cats/any": (ENFORCED, ABSENT), "GET /cats/scoped": (ENFORCED, ENFORCED)}


def test_composed_decorators(tmp_path: Path) -> None:
    body = "@Authenticated('admin') @Get('admin') admin() {} @Authenticated() @Get('any') any() {}"
    found = access(tmp_path, app(body))
    assert found == {"GET /cats/admin": (ENFORCED, ENFORCED), "GET /cats/any": (ENFORCED, ABSENT)}


@pytest.mark.parametrize(
    "answer",
    [
        "const open = this.reflector.get(IS_PUBLIC, context.getHandler()); return open || super.canActivate(context)",
        "return this.isOpen(context) ? true : super.canActivate(context)",
        "const open = !!this.isOpen(context); if (open === true) { return true } return super.canActivate(context)",
        "if (!this.isOpen(context)) { return super.canActivate(context) } return true",
        "if (this.isOpen(context)) { return true } return this.ask(context)",
    ],
)
def test_ways_to_let_marked_routes_pass(tmp_path: Path, answer: str) -> None:
    guard = f"""
import {{ AuthGuard as Passport }} from '@nestjs/passport'
import {{ IS_PUBLIC }} from './auth'
export class JwtGuard extends Passport('jwt') {{
  canActivate(context) {{ {answer} }}
  ask(context) {{ return super.canActivate(context) }}
  isOpen(context) {{ return this.reflector.getAllAndOverride(IS_PUBLIC, [context.getHandler(), context.getClass()]) }}
}}
"""
    body = "@Get('a') a() {} @Public() @Get('b') b() {}"
    head = "import { JwtGuard } from './jwt'\n@UseGuards(JwtGuard)\n@Controller('cats')"
    found = access(tmp_path, app(body, head, jwt=guard))
    assert (found["GET /cats/a"][0], found["GET /cats/b"][0]) == (ENFORCED, ABSENT)


def test_metadata_read_in_another_method_of_the_guard(tmp_path: Path) -> None:
    guard = """
import { ROLES } from './auth'
export class DeepGuard {
  async canActivate(context) { return this.check(context) }
  async check(context) {
    const roles = this.reflector.get(ROLES, context.getHandler())
    if (!roles?.length) { return true }
    return this.roles.allow(context.getRequest().user, roles)
  }
}
"""
    body = "@Get('a') a() {} @Roles('admin') @Get('b') b() {}"
    head = "import { DeepGuard } from './deep'\n@UseGuards(DeepGuard)\n@Controller('cats')"
    assert access(tmp_path, app(body, head, deep=guard))["GET /cats/a"] == (ABSENT, ABSENT)


def test_an_optional_login_is_no_guard(tmp_path: Path) -> None:
    guard = """
import { AuthGuard } from '@nestjs/passport'
export class Optional extends AuthGuard('jwt') { handleRequest(error, user) { return user } }
"""
    head = "import { Optional } from './optional'\n@UseGuards(Optional)\n@Controller('cats')"
    assert access(tmp_path, app("@Get() a() {}", head, optional=guard))["GET /cats"][0] == ABSENT


def test_middleware_of_a_module(tmp_path: Path) -> None:
    files = app("@Get('a') a() {} @Get('open') b() {} @Post('a') c() {}")
    files["src/app.module.ts"] = files["src/app.module.ts"].replace(
        "class AppModule {}",
        """class AppModule {
  configure(consumer) {
    consumer.apply(TokenMiddleware).exclude('cats/open').forRoutes({ path: 'cats/*', method: RequestMethod.GET })
  }
}
class TokenMiddleware { use(req, res, next) { if (!req.user) throw new UnauthorizedException(); next() } }""",
    )
    found = access(tmp_path, files)
    assert [found[name][0] for name in ("GET /cats/a", "GET /cats/open", "POST /cats/a")] == [ENFORCED, ABSENT, ABSENT]


def test_two_applications_have_their_own_guards(tmp_path: Path) -> None:
    body = "@Get() a() {}"
    one = {f"one/{name}": text for name, text in app(body, providers=GLOBAL).items()}
    two = {
        f"two/{name}": text
        for name, text in app(body, "@Controller('dogs')", settings="app.setGlobalPrefix('v2')").items()
    }
    assert access(tmp_path, one | two) == {"GET /cats": (ENFORCED, ABSENT), "GET /v2/dogs": (ABSENT, ABSENT)}


def test_graphql_operations(tmp_path: Path) -> None:
    resolver = """
import { Mutation, Query, Resolver } from '@nestjs/graphql'
import { UseGuards } from '@nestjs/common'
import { AuthGuard } from './auth'
@Resolver()
export class CatsResolver {
  @Query(() => [Cat], { name: 'cats' }) find() {}
  @Mutation(() => Cat) @UseGuards(AuthGuard) addCat() {}
}
"""
    files = app("@Get() a() {}", providers="CatsResolver", resolver=resolver)
    files["src/app.module.ts"] = "import { CatsResolver } from './resolver'\n" + files["src/app.module.ts"]
    found = access(tmp_path, files)
    assert (found["POST /graphql#cats"][0], found["POST /graphql#addCat"][0]) == (ABSENT, ENFORCED)


def test_a_decorator_that_cannot_be_found_may_guard(tmp_path: Path) -> None:
    head = "import { RequireLogin } from '@acme/nest-security'\n@Controller('cats')"
    assert access(tmp_path, app("@RequireLogin() @Get() a() {}", head))["GET /cats"][0] == UNKNOWN


def test_a_contract_that_is_not_read_is_a_question(tmp_path: Path) -> None:
    head = "import { TsRestHandler } from '@ts-rest/nest'\nimport { contract } from '@acme/contract'\n@Controller()"
    assert access(tmp_path, app("@TsRestHandler(contract.find) find() {}", head)) == {"ANY /{find}": (UNKNOWN, UNKNOWN)}


def test_a_project_without_nest_has_no_routes(tmp_path: Path) -> None:
    assert names(tmp_path, {"a.ts": "class Cats { @Get() a() {} }"}) == set()
