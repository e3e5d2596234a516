import django.db.models.deletion
import django.db.models.expressions
import shouwang.kernel.privacy.fields
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('regions', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Household',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='标识')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='版本')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='建立时间')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='更新时间')),
                ('code', models.CharField(max_length=20, verbose_name='户编号')),
                ('head_name', models.CharField(max_length=40, verbose_name='户主姓名')),
                ('hamlet', models.CharField(blank=True, max_length=40, verbose_name='村民小组（自然村）')),
                ('address', models.CharField(blank=True, max_length=120, verbose_name='住址')),
                ('phone', shouwang.kernel.privacy.fields.EncryptedTextField(blank=True, blind=True, data_class='contact', mask='phone', null=True, verbose_name='联系电话')),
                ('kind', models.CharField(default='general', max_length=12, verbose_name='户类型')),
                ('standard_system', models.CharField(default='ordinary', max_length=20, verbose_name='标准体系')),
                ('registration', models.CharField(blank=True, choices=[('', '未纳入'), ('poor', '未脱贫'), ('newly_poor', '新致贫'), ('exited', '已脱贫'), ('relapsed', '返贫'), ('removed', '清退')], editable=False, max_length=12, verbose_name='建档立卡属性')),
                ('monitoring', models.CharField(blank=True, choices=[('', '未监测'), ('unstable', '脱贫不稳定户'), ('borderline', '边缘易致贫户'), ('sudden', '突发严重困难户'), ('cleared', '风险消除')], editable=False, max_length=12, verbose_name='监测对象类别')),
                ('main_cause', models.CharField(blank=True, max_length=20, verbose_name='主要致贫原因')),
                ('other_causes', models.CharField(blank=True, max_length=120, verbose_name='其他致贫原因')),
                ('no_labour', models.BooleanField(default=False, verbose_name='整户无劳动能力兜底保障户')),
                ('arable_land', models.DecimalField(blank=True, decimal_places=2, max_digits=7, null=True, verbose_name='耕地（亩）')),
                ('forest_land', models.DecimalField(blank=True, decimal_places=2, max_digits=7, null=True, verbose_name='林地（亩）')),
                ('returned_land', models.DecimalField(blank=True, decimal_places=2, max_digits=7, null=True, verbose_name='退耕还林（亩）')),
                ('orchard_land', models.DecimalField(blank=True, decimal_places=2, max_digits=7, null=True, verbose_name='林果（亩）')),
                ('pasture_land', models.DecimalField(blank=True, decimal_places=2, max_digits=7, null=True, verbose_name='牧草地（亩）')),
                ('water_area', models.DecimalField(blank=True, decimal_places=2, max_digits=7, null=True, verbose_name='水面（亩）')),
                ('housing_grade', models.CharField(blank=True, max_length=1, verbose_name='住房安全等级')),
                ('housing_lived_in', models.BooleanField(default=True, verbose_name='是否居住')),
                ('housing_area', models.DecimalField(blank=True, decimal_places=2, max_digits=7, null=True, verbose_name='住房面积（㎡）')),
                ('water_quantity', models.BooleanField(blank=True, null=True, verbose_name='水量达标')),
                ('water_quality', models.BooleanField(blank=True, null=True, verbose_name='水质达标')),
                ('water_access', models.BooleanField(blank=True, null=True, verbose_name='取水方便')),
                ('water_reliability', models.BooleanField(blank=True, null=True, verbose_name='供水稳定')),
                ('electricity', models.BooleanField(blank=True, null=True, verbose_name='生活用电')),
                ('sanitary_toilet', models.BooleanField(blank=True, null=True, verbose_name='卫生厕所')),
                ('paved_access', models.BooleanField(blank=True, null=True, verbose_name='入户路硬化')),
                ('road_distance', models.DecimalField(blank=True, decimal_places=2, max_digits=6, null=True, verbose_name='与村主干路距离（公里）')),
                ('collector_name', models.CharField(blank=True, max_length=40, verbose_name='采集人')),
                ('collector_phone', shouwang.kernel.privacy.fields.EncryptedTextField(blank=True, data_class='contact', mask='phone', null=True, verbose_name='采集人电话')),
                ('collected_on', models.DateField(blank=True, null=True, verbose_name='采集日期')),
                ('city', models.ForeignKey(db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='regions.region')),
                ('county', models.ForeignKey(db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='regions.region')),
                ('region', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='regions.region', verbose_name='所在区划')),
                ('town', models.ForeignKey(db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='regions.region')),
                ('village', models.ForeignKey(db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='regions.region')),
            ],
            options={
                'verbose_name': '户',
                'ordering': ['code'],
            },
        ),
        migrations.CreateModel(
            name='HelperAssignment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='标识')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='版本')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='建立时间')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='更新时间')),
                ('name', models.CharField(max_length=40, verbose_name='帮扶责任人')),
                ('phone', shouwang.kernel.privacy.fields.EncryptedTextField(blank=True, data_class='contact', mask='phone', null=True, verbose_name='帮扶责任人电话')),
                ('since', models.DateField(verbose_name='结对日期')),
                ('until', models.DateField(blank=True, null=True, verbose_name='解除日期')),
                ('city', models.ForeignKey(db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='regions.region')),
                ('county', models.ForeignKey(db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='regions.region')),
                ('region', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='regions.region', verbose_name='所在区划')),
                ('sponsor_unit', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.office', verbose_name='帮扶单位')),
                ('town', models.ForeignKey(db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='regions.region')),
                ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='账号')),
                ('village', models.ForeignKey(db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='regions.region')),
                ('household', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='helpers', to='registry.household', verbose_name='户')),
            ],
            options={
                'verbose_name': '结对帮扶',
                'ordering': ['household', '-since', '-id'],
            },
        ),
        migrations.CreateModel(
            name='IncomeStatement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='标识')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='版本')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='建立时间')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='更新时间')),
                ('window_type', models.CharField(max_length=10, verbose_name='周期类型')),
                ('window_start', models.DateField(verbose_name='周期起')),
                ('window_end', models.DateField(verbose_name='周期止（不含）')),
                ('persons', models.PositiveSmallIntegerField(verbose_name='共同生活人数')),
                ('wage', models.BigIntegerField(default=0, verbose_name='工资性收入')),
                ('business', models.BigIntegerField(default=0, verbose_name='生产经营性收入')),
                ('property_dividend', models.BigIntegerField(default=0, verbose_name='资产收益分红')),
                ('property_other', models.BigIntegerField(default=0, verbose_name='其他财产性收入')),
                ('transfer_family_planning', models.BigIntegerField(default=0, verbose_name='计划生育金')),
                ('transfer_dibao', models.BigIntegerField(default=0, verbose_name='低保金')),
                ('transfer_tekun', models.BigIntegerField(default=0, verbose_name='特困供养金')),
                ('transfer_pension', models.BigIntegerField(default=0, verbose_name='养老金')),
                ('transfer_ecological', models.BigIntegerField(default=0, verbose_name='生态补偿金')),
                ('transfer_other', models.BigIntegerField(default=0, verbose_name='其他转移性收入')),
                ('business_expense', models.BigIntegerField(default=0, verbose_name='生产经营性支出')),
                ('out_of_pocket', models.BigIntegerField(default=0, verbose_name='合规自付支出')),
                ('claims_paid', models.BigIntegerField(default=0, verbose_name='理赔收入')),
                ('net', models.BigIntegerField(editable=False, verbose_name='纯收入')),
                ('checked_on', models.DateField(verbose_name='核查日期')),
                ('is_latest', models.BooleanField(default=True, editable=False, verbose_name='最近一期')),
                ('city', models.ForeignKey(db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='regions.region')),
                ('county', models.ForeignKey(db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='regions.region')),
                ('household', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='incomes', to='registry.household', verbose_name='户')),
                ('region', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='regions.region', verbose_name='所在区划')),
                ('town', models.ForeignKey(db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='regions.region')),
                ('village', models.ForeignKey(db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='regions.region')),
            ],
            options={
                'verbose_name': '家庭收入',
                'ordering': ['household', '-window_end', '-id'],
            },
        ),
        migrations.CreateModel(
            name='Member',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='标识')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='版本')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='建立时间')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='更新时间')),
                ('code', models.CharField(max_length=24, verbose_name='人编号')),
                ('name', models.CharField(max_length=40, verbose_name='姓名')),
                ('sex', models.CharField(max_length=6, verbose_name='性别')),
                ('ethnic_group', models.CharField(default='HA', max_length=2, verbose_name='民族')),
                ('id_type', models.CharField(default='resident', max_length=16, verbose_name='证件类型')),
                ('id_number', shouwang.kernel.privacy.fields.EncryptedTextField(blank=True, blind=True, data_class='identity', mask='id_number', null=True, verbose_name='证件号码')),
                ('birth_date', models.DateField(verbose_name='出生日期')),
                ('relation', models.CharField(max_length=16, verbose_name='与户主关系')),
                ('education', models.CharField(blank=True, max_length=12, verbose_name='文化程度')),
                ('school_status', models.CharField(default='not_in_school', max_length=16, verbose_name='在校生状况')),
                ('out_of_school_reason', models.CharField(blank=True, max_length=12, verbose_name='义务教育阶段未上学原因')),
                ('health', models.CharField(default='healthy', max_length=10, verbose_name='健康状况')),
                ('disability_type', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='残疾类别')),
                ('disability_grade', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='残疾等级')),
                ('labour', models.CharField(default='ordinary', max_length=10, verbose_name='劳动能力')),
                ('skills', models.CharField(blank=True, max_length=60, verbose_name='技能特长')),
                ('insurance', models.CharField(default='resident', max_length=10, verbose_name='基本医疗保险')),
                ('illness_insurance', models.BooleanField(default=True, verbose_name='大病保险')),
                ('pension', models.CharField(default='none', max_length=10, verbose_name='基本养老保险')),
                ('assistance', models.CharField(default='none', max_length=8, verbose_name='低保（特困）')),
                ('medical_help', models.BooleanField(default=False, verbose_name='医疗救助')),
                ('phone', shouwang.kernel.privacy.fields.EncryptedTextField(blank=True, blind=True, data_class='contact', mask='phone', null=True, verbose_name='联系电话')),
                ('public_post', models.CharField(default='none', max_length=14, verbose_name='公益性岗位')),
                ('public_post_months', models.PositiveSmallIntegerField(default=0, verbose_name='公益性岗位月数')),
                ('joined_on', models.DateField(verbose_name='加入日期')),
                ('left_on', models.DateField(blank=True, null=True, verbose_name='减少日期')),
                ('left_reason', models.CharField(blank=True, max_length=12, verbose_name='减少原因')),
                ('city', models.ForeignKey(db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='regions.region')),
                ('county', models.ForeignKey(db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='regions.region')),
                ('household', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='members', to='registry.household', verbose_name='户')),
                ('region', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='regions.region', verbose_name='所在区划')),
                ('town', models.ForeignKey(db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='regions.region')),
                ('village', models.ForeignKey(db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='regions.region')),
            ],
            options={
                'verbose_name': '成员',
                'ordering': ['household', 'id'],
            },
        ),
        migrations.CreateModel(
            name='ProgrammeStatus',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='标识')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='版本')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='建立时间')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='更新时间')),
                ('programme', models.CharField(max_length=12, verbose_name='项目')),
                ('standard_system', models.CharField(max_length=20, verbose_name='标准体系')),
                ('standing', models.CharField(max_length=12, verbose_name='属性（类别）')),
                ('risks', models.CharField(blank=True, max_length=120, verbose_name='返贫致贫风险')),
                ('since', models.DateField(verbose_name='起始日期')),
                ('until', models.DateField(blank=True, null=True, verbose_name='终止日期')),
                ('document', models.CharField(blank=True, max_length=120, verbose_name='依据文件')),
                ('city', models.ForeignKey(db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='regions.region')),
                ('county', models.ForeignKey(db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='regions.region')),
                ('household', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='statuses', to='registry.household', verbose_name='户')),
                ('region', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='regions.region', verbose_name='所在区划')),
                ('town', models.ForeignKey(db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='regions.region')),
                ('village', models.ForeignKey(db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='regions.region')),
            ],
            options={
                'verbose_name': '项目状态',
                'ordering': ['household', '-since', '-id'],
            },
        ),
        migrations.AddIndex(
            model_name='household',
            index=models.Index(fields=['city', '-updated_at', '-id'], name='household_by_city'),
        ),
        migrations.AddIndex(
            model_name='household',
            index=models.Index(fields=['county', '-updated_at', '-id'], name='household_by_county'),
        ),
        migrations.AddIndex(
            model_name='household',
            index=models.Index(fields=['town', '-updated_at', '-id'], name='household_by_town'),
        ),
        migrations.AddIndex(
            model_name='household',
            index=models.Index(fields=['village', '-updated_at', '-id'], name='household_by_village'),
        ),
        migrations.AddIndex(
            model_name='household',
            index=models.Index(fields=['city', 'registration'], name='household_registration_city'),
        ),
        migrations.AddIndex(
            model_name='household',
            index=models.Index(fields=['city', 'monitoring'], name='household_monitoring_city'),
        ),
        migrations.AddIndex(
            model_name='household',
            index=models.Index(fields=['county', 'registration'], name='household_registration_county'),
        ),
        migrations.AddIndex(
            model_name='household',
            index=models.Index(fields=['county', 'monitoring'], name='household_monitoring_county'),
        ),
        migrations.AddIndex(
            model_name='household',
            index=models.Index(shouwang.kernel.privacy.fields.BlindTag('phone'), name='household_phone_tag'),
        ),
        migrations.AddConstraint(
            model_name='household',
            constraint=models.UniqueConstraint(fields=('code',), name='household_code_once'),
        ),
        migrations.AddConstraint(
            model_name='household',
            constraint=models.CheckConstraint(condition=models.Q(('standard_system__in', ('national_registered', 'gd_relative', 'monitored', 'ordinary'))), name='household_standard_system_known'),
        ),
        migrations.AddConstraint(
            model_name='household',
            constraint=models.CheckConstraint(condition=models.Q(('registration__in', ['', 'poor', 'newly_poor', 'exited', 'relapsed', 'removed'])), name='household_registration_known'),
        ),
        migrations.AddConstraint(
            model_name='household',
            constraint=models.CheckConstraint(condition=models.Q(('monitoring__in', ['', 'unstable', 'borderline', 'sudden', 'cleared'])), name='household_monitoring_known'),
        ),
        migrations.AddConstraint(
            model_name='household',
            constraint=models.CheckConstraint(condition=models.Q(('arable_land__isnull', True), ('arable_land__gte', 0), _connector='OR'), name='household_arable_land_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='household',
            constraint=models.CheckConstraint(condition=models.Q(('forest_land__isnull', True), ('forest_land__gte', 0), _connector='OR'), name='household_forest_land_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='household',
            constraint=models.CheckConstraint(condition=models.Q(('returned_land__isnull', True), ('returned_land__gte', 0), _connector='OR'), name='household_returned_land_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='household',
            constraint=models.CheckConstraint(condition=models.Q(('orchard_land__isnull', True), ('orchard_land__gte', 0), _connector='OR'), name='household_orchard_land_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='household',
            constraint=models.CheckConstraint(condition=models.Q(('pasture_land__isnull', True), ('pasture_land__gte', 0), _connector='OR'), name='household_pasture_land_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='household',
            constraint=models.CheckConstraint(condition=models.Q(('water_area__isnull', True), ('water_area__gte', 0), _connector='OR'), name='household_water_area_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='household',
            constraint=models.CheckConstraint(condition=models.Q(('housing_area__isnull', True), ('housing_area__gte', 0), _connector='OR'), name='household_housing_area_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='household',
            constraint=models.CheckConstraint(condition=models.Q(('road_distance__isnull', True), ('road_distance__gte', 0), _connector='OR'), name='household_road_distance_not_negative'),
        ),
        migrations.AddIndex(
            model_name='helperassignment',
            index=models.Index(condition=models.Q(('until', None)), fields=['user'], name='helper_of_user'),
        ),
        migrations.AddConstraint(
            model_name='helperassignment',
            constraint=models.UniqueConstraint(condition=models.Q(('until', None)), fields=('household', 'name'), name='helper_once_per_household'),
        ),
        migrations.AddConstraint(
            model_name='helperassignment',
            constraint=models.CheckConstraint(condition=models.Q(('until', None), ('until__gte', models.F('since')), _connector='OR'), name='helper_dates_in_order'),
        ),
        migrations.AddIndex(
            model_name='incomestatement',
            index=models.Index(fields=['county', 'is_latest'], name='income_by_county'),
        ),
        migrations.AddConstraint(
            model_name='incomestatement',
            constraint=models.UniqueConstraint(fields=('household', 'window_type', 'window_start'), name='income_one_per_window'),
        ),
        migrations.AddConstraint(
            model_name='incomestatement',
            constraint=models.UniqueConstraint(condition=models.Q(('is_latest', True)), fields=('household',), name='income_one_latest_per_household'),
        ),
        migrations.AddConstraint(
            model_name='incomestatement',
            constraint=models.CheckConstraint(condition=models.Q(('window_end__gt', models.F('window_start'))), name='income_window_in_order'),
        ),
        migrations.AddConstraint(
            model_name='incomestatement',
            constraint=models.CheckConstraint(condition=models.Q(('persons__gte', 1)), name='income_persons_positive'),
        ),
        migrations.AddConstraint(
            model_name='incomestatement',
            constraint=models.CheckConstraint(condition=models.Q(('business__gte', 0), ('business_expense__gte', 0), ('claims_paid__gte', 0), ('out_of_pocket__gte', 0), ('property_dividend__gte', 0), ('property_other__gte', 0), ('transfer_dibao__gte', 0), ('transfer_ecological__gte', 0), ('transfer_family_planning__gte', 0), ('transfer_other__gte', 0), ('transfer_pension__gte', 0), ('transfer_tekun__gte', 0), ('wage__gte', 0)), name='income_amounts_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='incomestatement',
            constraint=models.CheckConstraint(condition=models.Q(('net', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('wage'), '+', models.F('business')), '+', models.F('property_dividend')), '+', models.F('property_other')), '+', models.F('transfer_family_planning')), '+', models.F('transfer_dibao')), '+', models.F('transfer_tekun')), '+', models.F('transfer_pension')), '+', models.F('transfer_ecological')), '+', models.F('transfer_other')), '-', models.F('business_expense')))), name='income_net_is_the_sum'),
        ),
        migrations.AddIndex(
            model_name='member',
            index=models.Index(condition=models.Q(('left_on', None)), fields=['city', '-updated_at', '-id'], name='member_by_city'),
        ),
        migrations.AddIndex(
            model_name='member',
            index=models.Index(condition=models.Q(('left_on', None)), fields=['county', '-updated_at', '-id'], name='member_by_county'),
        ),
        migrations.AddIndex(
            model_name='member',
            index=models.Index(condition=models.Q(('left_on', None)), fields=['town', '-updated_at', '-id'], name='member_by_town'),
        ),
        migrations.AddIndex(
            model_name='member',
            index=models.Index(condition=models.Q(('left_on', None)), fields=['village', '-updated_at', '-id'], name='member_by_village'),
        ),
        migrations.AddIndex(
            model_name='member',
            index=models.Index(shouwang.kernel.privacy.fields.BlindTag('id_number'), name='member_id_number_tag'),
        ),
        migrations.AddIndex(
            model_name='member',
            index=models.Index(shouwang.kernel.privacy.fields.BlindTag('phone'), name='member_phone_tag'),
        ),
        migrations.AddConstraint(
            model_name='member',
            constraint=models.UniqueConstraint(fields=('code',), name='member_code_once'),
        ),
        migrations.AddConstraint(
            model_name='member',
            constraint=models.UniqueConstraint(condition=models.Q(('left_on', None), ('relation', 'head')), fields=('household',), name='member_one_head_per_household'),
        ),
        migrations.AddConstraint(
            model_name='member',
            constraint=models.CheckConstraint(condition=models.Q(('sex__in', ('male', 'female'))), name='member_sex_known'),
        ),
        migrations.AddConstraint(
            model_name='member',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('disability_grade', None), ('disability_type', None)), models.Q(('disability_grade__isnull', False), ('disability_grade__range', (1, 4)), ('disability_type__isnull', False), ('disability_type__range', (1, 7))), _connector='OR'), name='member_disability_type_with_grade'),
        ),
        migrations.AddConstraint(
            model_name='member',
            constraint=models.CheckConstraint(condition=models.Q(('left_on', None), ('left_on__gte', models.F('joined_on')), _connector='OR'), name='member_dates_in_order'),
        ),
        migrations.AddConstraint(
            model_name='member',
            constraint=models.CheckConstraint(condition=models.Q(('public_post_months__lte', 12)), name='member_post_months_within_a_year'),
        ),
        migrations.AddIndex(
            model_name='programmestatus',
            index=models.Index(fields=['programme', 'standing', 'county'], name='programme_status_by_standing'),
        ),
        migrations.AddConstraint(
            model_name='programmestatus',
            constraint=models.UniqueConstraint(condition=models.Q(('until', None)), fields=('household', 'programme'), name='programme_status_one_open'),
        ),
        migrations.AddConstraint(
            model_name='programmestatus',
            constraint=models.CheckConstraint(condition=models.Q(('until', None), ('until__gte', models.F('since')), _connector='OR'), name='programme_status_dates_in_order'),
        ),
        migrations.AddConstraint(
            model_name='programmestatus',
            constraint=models.CheckConstraint(condition=models.Q(('programme__in', ('registration', 'monitoring'))), name='programme_status_programme_known'),
        ),
        migrations.AddConstraint(
            model_name='programmestatus',
            constraint=models.CheckConstraint(condition=models.Q(('standard_system__in', ('national_registered', 'gd_relative', 'monitored', 'ordinary'))), name='programme_status_standard_system_known'),
        ),
    ]
